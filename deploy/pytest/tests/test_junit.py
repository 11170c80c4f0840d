"""The report tells every execution, in the form that readers of JUnit XML know."""

from __future__ import annotations

import datetime
import re
import xml.etree.ElementTree as ET

import pytest
from conftest import TWO_RETRIES

RETRIED = """
    def test_steady():
        pass

    def test_flaky():
        n = attempt("flaky")
        assert n == 3, f"try {n}"

    def test_broken():
        n = attempt("broken")
        assert n == 9, f"try {n}"
"""


@pytest.mark.parametrize("workers", [[], ["-n2"]])
def test_every_execution_of_a_retried_test_is_told(project, retry, workers):
    project.tests(RETRIED)
    result = project.run(*TWO_RETRIES[retry], *workers, retry=retry)
    assert result.ret == 1
    found = {name: [line.split("\n")[0] for line in told] for name, told in project.told().items()}
    assert found == {
        "test_steady": [],
        "test_flaky": ["flakyFailure: try 1", "flakyFailure: try 2"],
        "test_broken": ["failure: try 1", "rerunFailure: try 2", "rerunFailure: try 3"],
    }
    suite = project.suite()
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("3", "1", "0")
    broken = project.cases()["test_broken"].element
    assert "try 1" in broken.findtext("failure", "")
    assert "test_cart.py:" in broken.findtext("failure", "")
    traces = [rerun.findtext("stackTrace", "") for rerun in broken.findall("rerunFailure")]
    assert traces[0] == ""
    assert "try 3" in traces[1]
    assert {child.get("type") for child in broken if child.tag != "properties"} == {"AssertionError"}


def test_executions_have_times_and_durations_of_their_own(project, monkeypatch):
    project.tests(
        """
        import os, time

        @pytest.fixture
        def slow():
            time.sleep(0.2)

        def test_flaky(slow):
            n = attempt("flaky")
            time.sleep(0.1 * n)
            assert n == int(os.environ["GOAL"])
        """
    )
    # A case that never passes tells of its first execution, one that passes of its last.
    for report, goal in (("total", 3), ("call", 3), ("total", 9)):
        (project.path / "flaky").unlink(missing_ok=True)
        monkeypatch.setenv("GOAL", str(goal))
        project.run("--reruns=2", "-o", f"junit_duration_report={report}", retry="rerunfailures")
        case = project.cases()["test_flaky"].element
        elements = [*case.findall("flakyFailure"), case, *case.findall("rerunFailure")]
        seconds = [float(element.get("time", "")) for element in elements]
        begun = [datetime.datetime.fromisoformat(element.get("timestamp", "")) for element in elements]
        assert begun[0].utcoffset() == datetime.timedelta(0)
        for n in range(3):
            assert seconds[n] >= 0.1 * (n + 1) + (0.2 if report == "total" else 0.0)
        for n in range(2):
            # What begins next begins behind setup and call, of which `call` leaves the setup out.
            elapsed = (begun[n + 1] - begun[n]).total_seconds()
            assert elapsed >= seconds[n] + (0.2 if report == "call" else 0.0) - 0.005


def test_what_fails_around_a_test_is_an_error(project):
    project.tests(
        """
        @pytest.fixture
        def database():
            n = attempt("database")
            if n == 1:
                raise ConnectionError("refused")
            yield n
            if n == 3:
                raise RuntimeError("not closed")

        def test_flaky(database):
            assert attempt("flaky") > 1, "empty"

        def test_broken(database):
            assert attempt("broken") > 9, "never"
        """
    )
    project.run("--reruns=2", retry="rerunfailures")
    assert project.told()["test_flaky"] == ["error: refused", "rerunFailure: empty", "rerunError: not closed"]
    assert project.told()["test_broken"] == ["failure: never", "rerunFailure: never", "rerunFailure: never"]
    case = project.cases()["test_flaky"].element
    first = next(child for child in case if child.tag != "properties")
    assert first.get("type") == "ConnectionError"
    suite = project.suite()
    n = {tag: len(suite.findall(f"testcase/{tag}")) for tag in ("failure", "error")}
    assert (suite.get("failures"), suite.get("errors")) == (str(n["failure"]), str(n["error"]))


def test_a_teardown_that_fails_behind_the_last_failure_keeps_its_case(project):
    project.tests(
        """
        @pytest.fixture
        def closing():
            yield
            if attempt("closing") == 2:
                raise RuntimeError("not closed")

        def test_broken(closing):
            assert False, "never"
        """
    )
    project.run("--reruns=1", retry="rerunfailures")
    told = project.told()
    assert told["test_broken"] == ["failure: never", "rerunFailure: never"]
    assert told["test_broken*"][0].startswith("error: failed on teardown")


def test_a_retry_that_skips_has_failed_before(project):
    project.tests(
        """
        def test_flaky():
            if attempt("flaky") == 2:
                pytest.skip("later")
            assert False, "now"
        """
    )
    project.run("--reruns=2", retry="rerunfailures")
    assert project.told()["test_flaky"] == ["flakyFailure: now", "skipped: later"]


def test_a_quarantined_test_may_be_retried(project, retry):
    project.tests(
        """
        @pytest.mark.quarantine("QA-1")
        def test_broken():
            assert False, "never"
        """
    )
    result = project.run(*TWO_RETRIES[retry], retry=retry)
    assert result.ret == 0
    case = project.cases()["test_broken"]
    assert case.told == ["failure: never", "rerunFailure: never", "rerunFailure: never"]
    assert case.properties == {"quarantine": "true", "ticket": "QA-1", "nodeid": "test_cart.py::test_broken"}


@pytest.mark.parametrize("family", ["xunit1", "xunit2", "legacy"])
@pytest.mark.parametrize("logging", ["no", "all", "out-err"])
def test_families_and_captured_output_stay(project, family, logging):
    project.tests(
        """
        @pytest.mark.flaky(ticket="QA-1", reruns=1)
        def test_flaky(record_property):
            record_property("case", "<7>")
            print("said out")
            assert attempt("flaky") == 2, "once"
        """
    )
    options = ["-o", f"junit_family={family}", "-o", f"junit_logging={logging}"]
    assert project.run(*options, retry="rerunfailures").ret == 0
    (name,) = project.told()
    case = project.cases()[name]
    assert case.told == ["flakyFailure: once"]
    assert case.properties["quarantine"] == "true"
    assert case.properties["case"] == "<7>"
    assert (case.element.get("file") is not None) == (family != "xunit2")
    assert ("said out" in (case.element.findtext("system-out") or "")) == (logging != "no")
    assert [child.tag for child in case.element][:2] == ["properties", "flakyFailure"]


def test_a_report_without_tag_and_retry_is_left_as_pytest_wrote_it(project):
    project.tests("def test_a():\n    pass\n\ndef test_b():\n    assert False\n")

    def written(*arguments: str) -> str:
        project.run(*arguments)
        text = (project.path / "junit.xml").read_text(encoding="utf-8")
        return re.sub(r' (time|timestamp)="[^"]*"', "", text)

    assert written() == written("-p", "no:plumbline")


def test_without_a_report_nothing_is_written(project):
    project.tests(RETRIED)
    before = set(project.path.iterdir())
    result = project.run("--reruns=2", retry="rerunfailures", report="")
    assert result.ret == 1
    assert not [path for path in set(project.path.iterdir()) - before if path.suffix == ".xml"]
    assert project.run("-p", "no:junitxml", report="").ret == 1


def test_the_report_is_found_where_pytest_put_it(project, monkeypatch):
    project.tests(
        """
        import os

        def test_moved(tmp_path):
            os.chdir(tmp_path)
            assert attempt("moved") == 2
        """
    )
    monkeypatch.setenv("REPORTS", "build")
    project.run("--reruns=1", "--junitxml=$REPORTS/unit.xml", retry="rerunfailures", report="", apart=True)
    assert ET.parse(project.path / "build" / "unit.xml").getroot().find(".//flakyFailure") is not None
    assert [path.name for path in (project.path / "build").iterdir()] == ["unit.xml"]


def test_executions_can_be_left_out(project):
    project.tests(RETRIED)
    project.run("--reruns=2", "-o", "junit_reruns=false", retry="rerunfailures")
    tags = {child.tag for child in project.suite().iter()}
    assert not tags & {"flakyFailure", "rerunFailure"}


def test_messages_are_short_and_hold_no_secret_and_no_forbidden_character(project):
    token = "ghp" + "_" + "a1B2" * 9
    project.tests(
        f"""
        def test_flaky():
            if attempt("flaky") == 1:
                raise ValueError("\\n  key {token} \\x1b[31mof https://me:hidden@host " + "x y " * 999)
        """
    )
    project.run("--reruns=1", retry="rerunfailures")
    (element,) = project.suite().iter("flakyFailure")
    message = element.get("message", "")
    assert message.startswith("key *** #x1B[31mof https://***@host x y")
    assert len(message) == 200
    assert "hidden" not in (project.path / "junit.xml").read_text(encoding="utf-8")


def test_a_stopped_clock_and_an_exception_that_cannot_be_shown_do_no_harm(project):
    project.tests(
        """
        import time

        time.time = lambda: 0.0

        class Mute(Exception):
            def __str__(self):
                raise RuntimeError("mute")

        def test_flaky():
            if attempt("flaky") == 1:
                raise Mute
        """
    )
    project.run("--reruns=1", retry="rerunfailures", apart=True)
    (element,) = project.suite().iter("flakyFailure")
    assert element.get("type") == "test_cart.Mute"
    assert element.get("timestamp", "") > "2020"


def test_a_failed_subtest_of_a_quarantined_test_does_not_gate(project):
    if not hasattr(pytest, "Subtests"):
        pytest.skip("this pytest has no subtests")
    project.tests(
        """
        @pytest.mark.quarantine("QA-1")
        def test_parts(subtests):
            for n in range(2):
                with subtests.test(n=n):
                    assert n == 0, "second"
        """
    )
    result = project.run()
    assert result.ret == 0, result.stdout.str()


def test_a_report_that_cannot_be_read_stays_and_is_said(project):
    project.tests(RETRIED)
    project.pytester.makeconftest(
        """
        import pathlib, pytest

        @pytest.hookimpl(trylast=True)
        def pytest_sessionfinish():
            pathlib.Path("junit.xml").write_text("<testsuites><testsuite>")
        """
    )
    result = project.run("--reruns=2", retry="rerunfailures")
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*QuarantineWarning: reruns are not in junit.xml: *"])
    assert (project.path / "junit.xml").read_text() == "<testsuites><testsuite>"
    assert not list(project.path.glob(".junit-*"))
