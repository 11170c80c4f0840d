"""Projects of a few tests, run by the pytest of this environment, and what stands in their reports."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import dataclass, field
from typing import Any

import pytest

#: The plugins that retry, of which a project has at most one.
RETRIES = ("rerunfailures", "flaky", "pytest-retry")

#: What each of them is told for two retries of every test.
TWO_RETRIES = {
    "rerunfailures": ["--reruns=2"],
    "flaky": ["--force-flaky", "--max-runs=3"],
    "pytest-retry": ["--retries=2"],
}

#: A test fails as often as it is told, counted in a file, as workers may share the work.
COUNTING = """
    import pathlib, pytest

    def attempt(name):
        file = pathlib.Path(__file__).parent / name
        with file.open("a") as written:
            written.write(".")
        return len(file.read_text())
"""


@dataclass
class Case:
    """A `<testcase>`: its properties, and what it says of executions, in order."""

    element: ET.Element
    properties: dict[str, str] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)


class Project:
    """A folder with tests."""

    def __init__(self, pytester: pytest.Pytester) -> None:
        self.pytester = pytester
        self.path = pytester.path

    def tests(self, source: str, name: str = "test_cart") -> None:
        """Writes a module of tests, which may count its attempts."""
        self.pytester.makepyfile(**{name: _undented(COUNTING) + _undented(source)})

    def file(self, name: str, content: str) -> None:
        """Writes a file."""
        (self.path / name).write_text(content, encoding="utf-8")

    def run(
        self, *arguments: str, retry: str | None = None, report: str = "junit.xml", apart: bool = False
    ) -> pytest.RunResult:
        """Runs pytest with one plugin that retries, or none; `apart` in a process of its own."""
        off = [part for name in RETRIES if name != retry for part in ("-p", f"no:{name}")]
        written = [f"--junitxml={report}"] if report else []
        run = self.pytester.runpytest_subprocess if apart else self.pytester.runpytest
        return run(*off, *written, *arguments)

    def suite(self) -> ET.Element:
        """The one suite of the report."""
        suite = ET.parse(self.path / "junit.xml").getroot().find("testsuite")
        assert suite is not None
        return suite

    def cases(self) -> dict[str, Case]:
        """The cases by name; a name that occurs twice gets a star."""
        found: dict[str, Case] = {}
        for element in self.suite().findall("testcase"):
            case = Case(element)
            for child in element:
                if child.tag == "properties":
                    case.properties = {pair.get("name", ""): pair.get("value", "") for pair in child}
                elif child.tag not in ("system-out", "system-err"):
                    message = child.get("message", "").splitlines() or [""]
                    case.told.append(f"{child.tag}: {message[0]}")
            name = element.get("name", "")
            while name in found:
                name += "*"
            found[name] = case
        return found

    def told(self) -> dict[str, list[str]]:
        """What each case says of executions."""
        return {name: case.told for name, case in self.cases().items()}


def _undented(source: str) -> str:
    import textwrap

    return textwrap.dedent(source)


@pytest.fixture
def project(pytester: pytest.Pytester) -> Project:
    """An empty project."""
    return Project(pytester)


def pytest_generate_tests(metafunc: Any) -> None:
    """`retry` is each plugin that retries."""
    if "retry" in metafunc.fixturenames:
        metafunc.parametrize("retry", RETRIES)
