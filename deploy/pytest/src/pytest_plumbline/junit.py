"""Writes the executions of retried tests into the report that pytest wrote.

Only what pytest's file shows is used, not how pytest makes it. The form is that of Surefire, which nextest, Playwright
and Jenkins share: `<flakyFailure>` of a test that did not fail in the end, `<failure>` and then `<rerunFailure>` of one
that did. `…Error` is the same for what fails around a test.
"""

from __future__ import annotations

import datetime
import os
import shutil
import tempfile
import xml.etree.ElementTree as ET
from typing import Any

from . import text
from .executions import Execution

_SILENT = ("properties", "system-out", "system-err")


def rewrite(path: str, executions: dict[str, list[Execution]], duration: str) -> None:
    """Writes executions, by node id, into a report; `duration` is pytest's ``junit_duration_report``.

    The file is replaced in one go. Raises `OSError` and `ET.ParseError`, and leaves it as it is.
    """
    path = os.path.realpath(path)
    if not os.path.isfile(path):
        return
    root = ET.parse(path).getroot()
    for suite in root.iter("testsuite"):
        _rewrite_suite(suite, executions, duration)
    handle, written = tempfile.mkstemp(dir=os.path.dirname(path), prefix=".junit-", suffix=".xml")
    try:
        with open(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write('<?xml version="1.0" encoding="utf-8"?>')
            file.write(ET.tostring(root, encoding="unicode"))
        shutil.copymode(path, written)
        os.replace(written, path)
    except BaseException:
        os.unlink(written)
        raise


def _rewrite_suite(suite: ET.Element, executions: dict[str, list[Execution]], duration: str) -> None:
    groups: dict[tuple[str | None, ...], list[ET.Element]] = {}
    named: dict[tuple[str | None, ...], str] = {}
    for case in suite.findall("testcase"):
        key = tuple(case.get(name) for name in ("classname", "name", "file", "line"))
        groups.setdefault(key, []).append(case)
        for found in case.iterfind("properties/property[@name='nodeid']"):
            if found.get("value") in executions:
                named[key] = found.get("value", "")
    for key, nodeid in named.items():
        cases = groups[key]
        # Some plugins let pytest write a case for each execution, of which all but the last say nothing.
        silent = [case for case in cases[:-1] if all(child.tag in _SILENT for child in case)]
        # A file that is named twice is run twice, under one name.
        silent = silent[1 - len(executions[nodeid]) :]
        for case in silent:
            suite.remove(case)
        # The last of a failure and the error of its teardown, which pytest writes as two, says the less.
        case = next(case for case in cases if case not in silent)
        _rewrite_case(suite, case, executions[nodeid], duration)


def _rewrite_case(suite: ET.Element, case: ET.Element, executions: list[Execution], duration: str) -> None:
    last = executions[-1]
    before = [execution for execution in executions[:-1] if execution.has_failed]
    told = next((child for child in case if child.tag in ("error", "failure")), None)
    if not before:
        return
    position = next((at for at, child in enumerate(case) if child.tag != "properties"), len(case))
    if told is None:
        _add_times(case, last, duration)
        for at, execution in enumerate(before):
            case.insert(position + at, _element("flaky", execution, duration))
        return
    position = list(case).index(told)
    case.remove(told)
    _count(suite, told.tag, -1)
    first = before[0]
    failure = ET.Element("error" if first.outcome == "error" else "failure", _attributes(first))
    failure.text = text.printable(first.traceback) or first.message
    _add_times(case, first, duration)
    _count(suite, failure.tag, 1)
    reruns = [_element("rerun", execution, duration) for execution in before[1:]]
    final = ET.Element("rerunError" if told.tag == "error" else "rerunFailure", _attributes(last))
    if not last.has_failed:
        final.set("message", text.first_line(told.get("message", "")))
    _add_times(final, last, duration)
    # What pytest wrote is moved, not lost.
    ET.SubElement(final, "stackTrace").text = told.text
    for at, element in enumerate([failure, *reruns, final]):
        case.insert(position + at, element)


def _element(prefix: str, execution: Execution, duration: str) -> ET.Element:
    kind = "Error" if execution.outcome == "error" else "Failure"
    element = ET.Element(prefix + kind, _attributes(execution))
    _add_times(element, execution, duration)
    return element


def _attributes(execution: Execution) -> dict[str, str]:
    attributes = {"message": execution.message, "type": text.printable(execution.failure_type)}
    return {name: value for name, value in attributes.items() if value}


def _add_times(element: ET.Element, execution: Execution, duration: str) -> None:
    durations: dict[str, Any] = execution.durations
    seconds = durations.get("call", 0.0) if duration == "call" else sum(durations.values())
    element.set("time", f"{seconds:.3f}")
    begun = datetime.datetime.fromtimestamp(execution.started_at, datetime.timezone.utc)
    element.set("timestamp", begun.isoformat(timespec="milliseconds"))


def _count(suite: ET.Element, tag: str, by: int) -> None:
    name = "errors" if tag == "error" else "failures"
    if suite.get(name, "").isdigit():
        suite.set(name, str(int(suite.get(name, "0")) + by))
