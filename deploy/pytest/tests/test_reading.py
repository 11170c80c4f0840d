"""The list by Plumbline's grammar, names as reports write them, and text without credentials."""

from __future__ import annotations

import pytest

from pytest_plumbline import listed, text


@pytest.mark.parametrize(
    ("content", "tests", "warnings"),
    [
        ("", [], 0),
        ("# nobody\n", [], 0),
        ("quarantine = []", [], 0),
        ("[[quarantine]\ntest = 'a'", [], 1),
        ("[[quarantined]]\ntest = 'a'", [], 1),
        ("quarantine = 'a'", [], 1),
        ("[[quarantine]]\nname = 'a'\n[[quarantine]]\ntest = 'b'\n[[quarantine]]\ntest = ' '", ["b"], 2),
        ("[[quarantine]]\ntest = 'a'\nextended_until = 'soon'\napproved_by = 'x'", ["a"], 0),
        ("[[quarantine]]\ntest = 'a'\nowner = ['x']\nticket = 7\nreason = true", ["a"], 2),
        ("quarantine = [1, {test = 'a'}]", ["a"], 1),
        ("[[quarantine]]\ntest = 'a'\nticket = '\ufffd'", ["a"], 0),
        ("x = " + "[" * 100_000, [], 1),
        ("#" * (1024 * 1024 + 1), [], 1),
    ],
)
def test_a_list_is_read_as_far_as_it_goes(tmp_path, content, tests, warnings):
    path = tmp_path / listed.NAME
    path.write_text(content, encoding="utf-8")
    found = listed.read(path)
    assert (list(found.entries), len(found.warnings)) == (tests, warnings), found.warnings


def test_a_folder_in_place_of_the_list_is_a_warning(tmp_path):
    assert len(listed.read(tmp_path).warnings) == 1


@pytest.mark.parametrize(
    ("nodeid", "prefix", "name"),
    [
        ("test_a.py::test_b", "", "test_a::test_b"),
        ("tests/unit/test_a.py::TestB::test_c[x/y::z.py]", "", "tests.unit.test_a.TestB::test_c[x/y::z.py]"),
        ("test_a.py::test_b", "linux", "linux.test_a::test_b"),
        ("docs/a.txt::a.txt", "", "docs.a.txt::a.txt"),
    ],
)
def test_names_are_those_of_the_report(nodeid, prefix, name):
    assert listed.report_name(nodeid, prefix) == name


# Put together here, so that no scanner of sources takes them for real.
SECRETS = [
    "gh" + "p_" + "a1B2" * 9,
    "AK" + "IA" + "ABCDEFGHIJKLMNOP",
    "ey" + "J0eXAi" + ".e30.c2lnbmF0dXJl",
    "Bearer " + "abcdefghij",
    "x7" * 20,
]


@pytest.mark.parametrize("secret", SECRETS)
def test_credentials_by_their_mark_or_look_are_masked(secret):
    assert text.first_line(f"refused {secret} by host") in ("refused *** by host", "refused Bearer *** by host")


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("password=hunter2 no", "password=*** no"),
        ("DB_PASSWORD: 'a b' no", "DB_PASSWORD: *** no"),
        ('{"api_key": "abc", "n": 1}', '{"api_key": ***, "n": 1}'),
        ("postgres://me:pw@db/x", "postgres://***@db/x"),
        ("assert 1 == 2", "assert 1 == 2"),
        ("tokens: 3 expected", "tokens: 3 expected"),
        ("tests/unit/test_a_long_name_with_2_numbers_in_it.py", "tests/unit/test_a_long_name_with_2_numbers_in_it.py"),
        ("", ""),
        ("\n \n second\nthird", "second"),
        ("bell \x07 \ud800", "bell #x07 #xD800"),
    ],
)
def test_a_line_keeps_what_is_no_secret(line, shown):
    assert text.first_line(line) == shown


def test_a_line_is_bounded():
    assert text.first_line("a b " * 100_000).endswith("…")
    assert len(text.first_line("ab " * 100_000)) == 200
    assert text.value(" https://me:pw@host/1 \n 2 ") == "https://***@host/1 2"
