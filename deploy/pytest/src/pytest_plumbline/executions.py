"""Notes each execution of a test while it happens, whichever plugin asks for it.

pytest-rerunfailures, flaky and pytest-retry hide what went before the last one, each in its own way. All of them set a
test up again for every execution, by pytest's hook; that is where one begins here.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

import pytest

from . import text

#: Characters kept of the traceback of the first failure, which becomes the text of `<failure>`.
MAX_TRACEBACK = 65_536

KEY: pytest.StashKey[list[Execution]] = pytest.StashKey()


@dataclass
class Execution:
    """One execution: set up, called, torn down."""

    started_at: float
    #: ``passed``, ``skipped``, ``failed`` in the test, or ``error`` around it.
    outcome: str = "passed"
    #: Seconds of each phase.
    durations: dict[str, float] = field(default_factory=dict)
    #: Of the first exception: its type, and a line without credentials.
    failure_type: str = ""
    message: str = ""
    #: The report's own text; only of the first execution that failed.
    traceback: str = ""

    @property
    def has_failed(self) -> bool:
        """Failed in the test or around it."""
        return self.outcome in ("failed", "error")

    def plain(self) -> dict[str, Any]:
        """As JSON, which is what travels from a worker."""
        return asdict(self)


# Bound here, so that libraries that stop the clock for a test do not stop this one.
def begin(item: pytest.Item, now: Callable[[], float] = time.time) -> None:
    """Notes that an execution begins."""
    executions = item.stash.setdefault(KEY, [])
    executions.append(Execution(started_at=now()))
    if len(executions) == 2:
        # By this the case is found again in the report.
        item.user_properties[:] = [pair for pair in item.user_properties if pair[0] != "nodeid"]
        item.user_properties.append(("nodeid", text.printable(item.nodeid)))


def ticks(counter: Callable[[], float] = time.perf_counter) -> float:
    """Seconds of a clock that only runs forward."""
    return counter()


def note(item: pytest.Item, phase: str, seconds: float, exception: BaseException | None) -> None:
    """Notes how a phase of the present execution ended."""
    executions = item.stash.get(KEY, [])
    if not executions:
        return
    execution = executions[-1]
    execution.durations[phase] = execution.durations.get(phase, 0.0) + seconds
    if exception is None or execution.outcome != "passed":
        return
    if isinstance(exception, pytest.skip.Exception):
        execution.outcome = "skipped"
        return
    execution.outcome = "failed" if phase == "call" else "error"
    kind = type(exception)
    is_plain = kind.__module__ in ("builtins", "_pytest.outcomes")
    execution.failure_type = kind.__qualname__ if is_plain else f"{kind.__module__}.{kind.__qualname__}"
    try:
        execution.message = text.first_line(str(exception))
    except Exception:  # noqa: BLE001 - an exception may fail to say what it is.
        execution.message = ""


def note_report(item: pytest.Item, report: pytest.TestReport) -> None:
    """Notes what only a report tells: a failed subtest raises nothing, and the text is put together by pytest."""
    executions = item.stash.get(KEY, [])
    if not executions or not report.failed:
        return
    execution = executions[-1]
    if execution.outcome == "passed":
        execution.outcome = "failed" if report.when == "call" else "error"
        execution.message = text.first_line(report.longreprtext)
    if not any(earlier.traceback for earlier in executions):
        execution.traceback = text.cut(report.longreprtext, MAX_TRACEBACK)
