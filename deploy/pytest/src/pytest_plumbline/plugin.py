"""The hooks: options, which tests are tagged, what a failure does, and what is said in the end."""

from __future__ import annotations

import os
import xml.etree.ElementTree as ET
from collections.abc import Generator
from typing import Any

import pytest

from . import executions, junit, listed, tags, text

#: What a worker tells of a test travels on its reports.
_QUARANTINE = "plumbline_quarantine"
_EXECUTIONS = "plumbline_executions"

_KEY: pytest.StashKey[tags.Quarantine] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds what can be chosen."""
    modes = "run: they run and do not gate (default); gate: they run and gate; skip: they do not run"
    group = parser.getgroup("plumbline", "quarantined tests")
    group.addoption("--quarantine", choices=("run", "gate", "skip"), default=None, help=f"quarantined tests: {modes}")
    parser.addini("quarantine", f"quarantined tests: {modes}", default="run")
    parser.addini("quarantine_list", f"the list, from the root; default: {listed.NAME} there or above", default="")
    parser.addini("junit_reruns", "write every execution of a retried test into JUnit XML", type="bool", default=True)


def pytest_configure(config: pytest.Config) -> None:
    """Registers the marks, and the plugin with its state."""
    fields = "ticket, since=None, reason=None, owner=None"
    config.addinivalue_line("markers", f"quarantine({fields}): the test runs and does not gate")
    config.addinivalue_line(
        "markers", f"flaky({fields}): the same; without ticket and since the mark belongs to a plugin that retries"
    )
    mode = config.getoption("quarantine") or config.getini("quarantine")
    if mode not in ("run", "gate", "skip"):
        raise pytest.UsageError(f"quarantine: run, gate or skip, not {mode!r}")
    config.pluginmanager.register(_Plugin(config, mode), "plumbline-state")


class _Plugin:
    def __init__(self, config: pytest.Config, mode: str) -> None:
        self.config = config
        self.mode = mode
        self.is_worker = hasattr(config, "workerinput")
        self.session: pytest.Session | None = None
        self.path = listed.locate(config.rootpath, config.getini("quarantine_list"))
        self.list = listed.read(self.path) if self.path else listed.List()
        self.executions: dict[str, list[executions.Execution]] = {}
        #: Quarantined tests that reported, those that were skipped, and the reports of those that failed.
        self.quarantined: dict[str, tags.Quarantine] = {}
        self.skipped: set[str] = set()
        self.failed: list[pytest.TestReport] = []
        # pytest takes the working folder of now, too; a test may change it.
        xml = config.getoption("xmlpath", None)
        self.xml = os.path.abspath(os.path.expanduser(os.path.expandvars(xml))) if xml else None

    # Which tests are tagged.

    def pytest_sessionstart(self, session: pytest.Session) -> None:
        self.session = session
        if not self.is_worker:
            for warning in self.list.warnings:
                self.config.issue_config_time_warning(listed.QuarantineWarning(warning), stacklevel=2)

    def pytest_report_header(self) -> str | None:
        if self.path is None and self.mode == "run":
            return None
        shown = f", {len(self.list.entries)} in {self.path.name}" if self.path else ""
        return f"quarantine: {self.mode}{shown}"

    # Behind the selection by `-m`, which shall see the marks as they were written.
    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        prefix = self.config.getoption("junitprefix", None) or ""
        for item in items:
            quarantine = tags.find(item, self.list.entries.get(listed.report_name(item.nodeid, prefix)))
            if quarantine is None:
                continue
            item.stash[_KEY] = quarantine
            item.user_properties.append(("quarantine", "true"))
            item.user_properties.extend(quarantine.fields().items())
            item.user_properties.append(("nodeid", text.printable(item.nodeid)))
            if self.mode == "skip":
                item.add_marker(pytest.mark.skip(reason=f"in quarantine: {quarantine.describe()}"))
        for item in items:
            if _KEY in item.stash:
                tags.leave_retries(item)

    # What happens to a test.

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, Any, None]:
        yield
        if executions.KEY in item.stash:
            del item.stash[executions.KEY]

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Generator[None, Any, None]:
        executions.begin(item)
        yield from _timed(item, "setup")

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, Any, None]:
        yield from _timed(item, "call")

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> Generator[None, Any, None]:
        yield from _timed(item, "teardown")

    # Inside of the wrappers of plugins that change a report.
    @pytest.hookimpl(hookwrapper=True, trylast=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Generator[None, Any, None]:
        outcome = yield
        if outcome.excinfo is not None:
            return
        report = outcome.get_result()
        executions.note_report(item, report)
        if _KEY in item.stash:
            setattr(report, _QUARANTINE, item.stash[_KEY].fields())
        done = item.stash.get(executions.KEY, [])
        if report.when == "teardown" and len(done) > 1:
            setattr(report, _EXECUTIONS, [execution.plain() for execution in done])

    # What a report does.

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> Generator[None, Any, None]:
        told = getattr(report, _EXECUTIONS, None)
        if told is not None:
            self.executions[text.printable(report.nodeid)] = [executions.Execution(**execution) for execution in told]
        if _is_quarantined(report):
            self.quarantined[report.nodeid] = tags.Quarantine(**getattr(report, _QUARANTINE))
            if report.skipped and not hasattr(report, "wasxfail"):
                self.skipped.add(report.nodeid)
            if _has_failed(report):
                self.failed.append(report)
                if self.mode == "run":
                    self._uncount()
        yield

    def _uncount(self) -> None:
        """Takes one off the failures that decide about the exit code and `--maxfail`, before pytest adds it."""
        if self.session is not None:
            self.session.testsfailed -= 1
        distributed: Any = self.config.pluginmanager.get_plugin("dsession")
        if hasattr(distributed, "countfailures"):
            distributed.countfailures -= 1

    @pytest.hookimpl(tryfirst=True)
    def pytest_report_teststatus(self, report: Any) -> tuple[str, str, tuple[str, dict[str, bool]]] | None:
        if self.mode == "run" and _is_quarantined(report) and _has_failed(report):
            return "quarantined", "Q", ("QUARANTINED", {"yellow": True})
        return None

    # What is said in the end.

    # Behind those that write the report, before those that print the summary.
    @pytest.hookimpl(hookwrapper=True, trylast=True)
    def pytest_sessionfinish(self) -> Generator[None, Any, None]:
        yield
        is_each = self.config.getoption("dist", "no") == "each"
        if self.xml is None or self.is_worker or is_each or not self.config.getini("junit_reruns"):
            return
        if self.executions:
            try:
                junit.rewrite(self.xml, self.executions, self.config.getini("junit_duration_report"))
            except (OSError, ET.ParseError) as error:
                warning = listed.QuarantineWarning(f"reruns are not in {os.path.basename(self.xml)}: {error}")
                self.config.issue_config_time_warning(warning, stacklevel=2)

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if not self.quarantined:
            return
        failed = {report.nodeid for report in self.failed}
        effect = {"run": "did not gate", "gate": "gated", "skip": "gated"}[self.mode]
        counted = f"{len(failed)} of {len(self.quarantined)} quarantined tests failed"
        terminalreporter.section(counted + (f" and {effect}" if failed else ""), yellow=bool(failed))
        for nodeid, quarantine in sorted(self.quarantined.items()):
            word = "FAILED" if nodeid in failed else "SKIPPED" if nodeid in self.skipped else "ran"
            terminalreporter.write_line(f"{word} {nodeid} ({quarantine.describe()})")
        style = self.config.getoption("tbstyle", "auto")
        if self.mode == "run" and style not in ("no", "line"):
            for report in self.failed:
                place = report.nodeid if report.when == "call" else f"{report.when} of {report.nodeid}"
                terminalreporter.write_sep("_", place, yellow=True)
                terminalreporter.write_line(report.longreprtext)


def _timed(item: pytest.Item, phase: str) -> Generator[None, Any, None]:
    begun = executions.ticks()
    outcome = yield
    exception = outcome.excinfo[1] if outcome.excinfo else None
    executions.note(item, phase, executions.ticks() - begun, exception)


def _is_quarantined(report: Any) -> bool:
    return hasattr(report, _QUARANTINE)


def _has_failed(report: Any) -> bool:
    return bool(report.failed) and not hasattr(report, "wasxfail")
