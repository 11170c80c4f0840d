"""Quarantined tests run and do not gate, and nobody else is let through with them."""

from __future__ import annotations

import pytest

QUARANTINED = """
    @pytest.mark.flaky(ticket="https://github.com/acme/api/issues/7", since="2026-11-01", reason="a race")
    def test_quarantined():
        assert 1 == 2, "by chance"

    def test_steady():
        pass
"""

FAILING = """
    def test_failing():
        assert False, "for good"
"""


def test_a_failure_in_quarantine_does_not_fail_the_session_and_stays_a_failure(project):
    project.tests(QUARANTINED)
    result = project.run()
    assert result.ret == 0
    result.stdout.fnmatch_lines(
        [
            "test_cart.py Q.*",
            "*1 of 1 quarantined tests failed and did not gate*",
            "FAILED test_cart.py::test_quarantined (https://github.com/acme/api/issues/7, since 2026-11-01, a race)",
            "*AssertionError: by chance*",
            "*1 passed, 1 quarantined*",
        ]
    )
    told = project.told()
    assert len(told["test_quarantined"]) == 1
    assert told["test_quarantined"][0].startswith("failure: AssertionError: by chance")
    assert project.suite().get("failures") == "1"
    assert project.cases()["test_quarantined"].properties == {
        "quarantine": "true",
        "ticket": "https://github.com/acme/api/issues/7",
        "since": "2026-11-01",
        "reason": "a race",
        "nodeid": "test_cart.py::test_quarantined",
    }
    assert project.cases()["test_steady"].properties == {}


def test_another_failure_gates(project):
    project.tests(QUARANTINED + FAILING)
    result = project.run()
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*1 of 1 quarantined tests failed*", "*1 failed, 1 passed, 1 quarantined*"])


@pytest.mark.parametrize("workers", [["-n2"], ["-n2", "--dist=loadfile"], ["-n2", "--dist=loadgroup"]])
def test_workers_make_no_difference(project, workers):
    project.tests(QUARANTINED)
    assert project.run(*workers).ret == 0
    assert project.cases()["test_quarantined"].properties["quarantine"] == "true"
    project.tests(QUARANTINED + FAILING)
    assert project.run(*workers).ret == 1


@pytest.mark.parametrize("workers", [[], ["-n1"]])
def test_maxfail_does_not_count_what_does_not_gate(project, workers):
    project.tests(QUARANTINED + FAILING)
    project.run("-x", *workers)
    assert sorted(project.told()) == ["test_failing", "test_quarantined", "test_steady"]
    project.tests(FAILING + QUARANTINED)
    project.run("--maxfail=1", *workers)
    assert "test_steady" not in project.told()


def test_an_error_around_a_quarantined_test_does_not_gate_either(project):
    project.tests(
        """
        @pytest.fixture
        def broken_before():
            raise RuntimeError("before")

        @pytest.fixture
        def broken_behind():
            yield
            raise RuntimeError("behind")

        @pytest.mark.quarantine("QA-1")
        def test_before(broken_before):
            pass

        @pytest.mark.quarantine("QA-1")
        def test_behind(broken_behind):
            pass

        @pytest.mark.quarantine("QA-1")
        def test_twice(broken_behind):
            assert False, "first"
        """
    )
    result = project.run()
    assert result.ret == 0
    result.stdout.fnmatch_lines(["*3 of 3 quarantined tests failed and did not gate*"])
    told = project.told()
    assert told["test_before"][0].startswith("error: failed on setup")
    assert told["test_behind"][0].startswith("error: failed on teardown")
    assert told["test_twice"][0].startswith("failure: AssertionError: first")
    assert told["test_twice*"][0].startswith("error: failed on teardown")


def test_a_module_that_cannot_be_collected_gates(project):
    project.tests(QUARANTINED)
    project.tests("import no_such_module", name="test_broken")
    assert project.run().ret == 2
    assert project.run("--continue-on-collection-errors").ret == 1


def test_an_interrupt_and_an_internal_error_stay_what_they_are(project):
    project.tests(QUARANTINED + "    def test_interrupted():\n        raise KeyboardInterrupt\n")
    assert project.run(apart=True).ret == 2
    project.tests(QUARANTINED)
    project.pytester.makeconftest("def pytest_sessionstart(session):\n    raise RuntimeError('inside')\n")
    assert project.run().ret == 3


def test_gate_tags_and_gates(project):
    project.tests(QUARANTINED)
    result = project.run("--quarantine=gate")
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*1 of 1 quarantined tests failed and gated*", "*1 failed, 1 passed*"])
    assert project.cases()["test_quarantined"].properties["quarantine"] == "true"


def test_skip_skips_with_the_ticket(project):
    project.tests(QUARANTINED)
    assert project.run("--quarantine=skip").ret == 0
    assert project.told()["test_quarantined"] == [
        "skipped: in quarantine: https://github.com/acme/api/issues/7, since 2026-11-01, a race"
    ]
    assert project.cases()["test_quarantined"].properties["quarantine"] == "true"


def test_the_ini_file_chooses_and_the_command_line_goes_before_it(project):
    project.tests(QUARANTINED)
    project.file("pytest.ini", "[pytest]\nquarantine = gate\n")
    assert project.run().ret == 1
    assert project.run("--quarantine=run").ret == 0
    project.file("pytest.ini", "[pytest]\nquarantine = often\n")
    result = project.run()
    assert result.ret == 4
    result.stderr.fnmatch_lines(["*quarantine: run, gate or skip, not 'often'*"])


def test_xfail_and_skip_keep_their_meaning(project):
    project.tests(
        """
        @pytest.mark.quarantine("QA-1")
        @pytest.mark.xfail
        def test_expected():
            assert False

        @pytest.mark.quarantine("QA-1")
        @pytest.mark.xfail(strict=True)
        def test_unexpected():
            pass

        @pytest.mark.quarantine("QA-1")
        @pytest.mark.skip(reason="no")
        def test_skipped():
            pass
        """
    )
    result = project.run()
    assert result.ret == 0
    result.assert_outcomes(xfailed=1, skipped=1)
    result.stdout.fnmatch_lines(
        [
            "*1 of 3 quarantined tests failed and did not gate*",
            "ran test_cart.py::test_expected (QA-1)",
            "SKIPPED test_cart.py::test_skipped (QA-1)",
            "FAILED test_cart.py::test_unexpected (QA-1)",
        ]
    )


def test_the_list_of_the_repository_quarantines_tests(project):
    project.tests(
        FAILING
        + """
    @pytest.mark.parametrize("n", [1, 2])
    def test_each(n):
        assert n == 1
"""
    )
    project.file(
        ".quarantine.toml",
        "[[quarantine]]\ntest = 'test_cart::test_failing'\nticket = 12\nowner = 'qa'\nreason = 'since Monday'\n"
        "[[quarantine]]\ntest = ' test_cart::test_each[2] '\n",
    )
    result = project.run()
    assert result.ret == 0
    result.stdout.fnmatch_lines(["quarantine: run, 2 in .quarantine.toml", "*2 of 2 quarantined tests failed*"])
    result.stdout.fnmatch_lines(["FAILED test_cart.py::test_each[[]2[]] (no ticket)"])
    properties = project.cases()["test_failing"].properties
    assert (properties["ticket"], properties["owner"], properties["reason"]) == ("12", "qa", "since Monday")
    assert "quarantine" not in project.cases()["test_each[1]"].properties


def test_the_list_goes_before_the_mark_and_a_closer_mark_before_a_farther_one(project):
    project.tests(
        """
        @pytest.mark.quarantine("QA-1", since="2026-10-01", owner="shop")
        class TestCart:
            @pytest.mark.flaky(ticket="QA-2")
            def test_total(self):
                assert False

            def test_other(self):
                assert False
        """
    )
    project.file(".quarantine.toml", "[[quarantine]]\ntest = 'test_cart.TestCart::test_other'\nticket = 'QA-3'\n")
    assert project.run().ret == 0
    cases = project.cases()
    assert cases["test_total"].properties["ticket"] == "QA-2"
    assert cases["test_total"].properties["since"] == "2026-10-01"
    assert cases["test_other"].properties["ticket"] == "QA-3"
    assert cases["test_other"].properties["owner"] == "shop"


def test_a_list_names_tests_as_the_report_does(project):
    (project.path / "unit").mkdir()
    (project.path / "unit" / "test_deep.py").write_text("def test_x():\n    assert False\n")
    project.file(".quarantine.toml", "[[quarantine]]\ntest = 'py.unit.test_deep::test_x'\nticket = 'QA-1'\n")
    assert project.run("--junitprefix=py").ret == 0
    element = project.cases()["test_x"].element
    assert f"{element.get('classname')}::{element.get('name')}" == "py.unit.test_deep::test_x"
    project.file(".quarantine.toml", "[[quarantine]]\ntest = 'unit/test_deep.py::test_x'\n")
    result = project.run()
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*is a node id; reports name it `unit.test_deep::test_x`*"])


def test_the_list_may_lie_in_the_root_of_the_repository_above(project):
    (project.path / ".git").mkdir()
    service = project.path / "service"
    service.mkdir()
    (service / "test_it.py").write_text("def test_x():\n    assert False\n")
    (service / "pytest.ini").write_text("[pytest]\n")
    project.file(".quarantine.toml", "[[quarantine]]\ntest = 'test_it::test_x'\n")
    assert project.run("--rootdir=service", "service").ret == 0
    (service / "pytest.ini").write_text("[pytest]\nquarantine_list = none.toml\n")
    result = project.run("-c", "service/pytest.ini", "--rootdir=service", "service")
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*none.toml: nobody is in quarantine by it*"])


def test_a_list_that_cannot_be_read_quarantines_nobody_and_is_said(project):
    project.tests(FAILING)
    project.file(".quarantine.toml", "[[quarantine]\ntest = 'test_cart::test_failing'\n")
    for workers in ([], ["-n1"]):
        result = project.run(*workers)
        assert result.ret == 1
        result.stdout.fnmatch_lines(["*.quarantine.toml: nobody is in quarantine by it: *"])


def test_marks_that_say_nothing_readable_are_said(project):
    project.tests(
        """
        import datetime

        @pytest.mark.quarantine(tiket="QA-1", since="last week")
        def test_misspelt():
            assert False

        @pytest.mark.quarantine(ticket="QA-2", since=datetime.date(2026, 11, 1))
        def test_day():
            assert False
        """
    )
    result = project.run("--strict-markers")
    assert result.ret == 0
    result.stdout.fnmatch_lines(["*`quarantine` takes ticket, since, reason, owner; not tiket*"])
    result.stdout.fnmatch_lines(["*`since` is no day as 2026-11-01: 'last week'*"])
    assert set(project.cases()["test_misspelt"].properties) == {"quarantine", "nodeid"}
    assert project.cases()["test_day"].properties["since"] == "2026-11-01"


BY_MARK = """
    @pytest.mark.flaky
    def test_bare():
        assert attempt("bare") == 2

    @pytest.mark.flaky({retries})
    def test_retried():
        assert attempt("retried") == 3

    @pytest.mark.flaky(ticket="QA-1")
    def test_quarantined():
        assert attempt("quarantined") == 2

    @pytest.mark.flaky({retries}, ticket="QA-2", since="2026-11-01")
    def test_both():
        assert attempt("both") == 3
"""


def test_flaky_without_ticket_or_since_is_a_retry_and_with_them_no_retry(project, retry):
    words = {"rerunfailures": "reruns=2", "flaky": "max_runs=3", "pytest-retry": "retries=2"}
    project.tests(BY_MARK.format(retries=words[retry]))
    result = project.run("--strict-markers", retry=retry)
    told = {name: [line.split(":")[0] for line in lines] for name, lines in project.told().items()}
    # pytest-retry takes a bare mark for as many retries as are configured: none.
    assert told["test_retried"] == ["flakyFailure", "flakyFailure"]
    assert told["test_quarantined"] == ["failure"]
    assert told["test_both"] == ["flakyFailure", "flakyFailure"]
    tagged = {name for name, case in project.cases().items() if "quarantine" in case.properties}
    assert tagged == {"test_quarantined", "test_both"}
    has_passed = told["test_bare"] == ["flakyFailure"]
    assert result.ret == (0 if has_passed else 1)


def test_without_a_plugin_that_retries_a_bare_mark_changes_nothing(project):
    project.tests("@pytest.mark.flaky\ndef test_bare():\n    assert False\n")
    assert project.run("--strict-markers").ret == 1
    assert project.cases()["test_bare"].properties == {}


def test_the_mark_selects_what_it_marks(project):
    project.tests(QUARANTINED)
    result = project.run("-m", "flaky")
    assert list(project.told()) == ["test_quarantined"]
    assert result.ret == 0
    project.run("-m", "not flaky")
    assert list(project.told()) == ["test_steady"]


def test_tests_of_unittest_and_doctest_are_quarantined_too(project):
    project.file(
        "test_other.py",
        "import unittest, pytest\n\n"
        "class TestOld(unittest.TestCase):\n"
        "    @pytest.mark.quarantine('QA-1')\n"
        "    def test_old(self):\n        self.fail('old')\n\n"
        "def documented():\n    '''\n    >>> 1\n    2\n    '''\n",
    )
    project.file(".quarantine.toml", "[[quarantine]]\ntest = 'test_other::test_other.documented'\n")
    assert project.run("--doctest-modules").ret == 0
    assert len(project.told()) == 2


def test_a_worker_that_crashes_gates(project):
    project.tests("@pytest.mark.quarantine('QA-1')\ndef test_crash():\n    import os\n    os._exit(3)\n")
    assert project.run("-n1").ret == 1
