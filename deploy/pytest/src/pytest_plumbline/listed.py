"""Reads ``.quarantine.toml`` by the grammar of Plumbline: what it cannot read is a warning, never an error."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from . import text

if sys.version_info >= (3, 11):
    import tomllib
else:  # pytest itself depends on it there.
    import tomli as tomllib  # type: ignore[import-not-found, unused-ignore]

#: The list in the root of a repository.
NAME = ".quarantine.toml"

#: A list is written by hand.
_MAX_BYTES = 1024 * 1024


class QuarantineWarning(pytest.PytestWarning):
    """Something about a quarantine cannot be read, or means nothing."""


@dataclass(frozen=True)
class Entry:
    """An entry of the list; an absent field is empty."""

    test: str
    ticket: str = ""
    owner: str = ""
    reason: str = ""


@dataclass
class List:
    """The entries by test, and what is wrong with the rest."""

    entries: dict[str, Entry] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)


def locate(root: Path, named: str) -> Path | None:
    """The list: the file that is named, else that of the root or of the closest folder above it in the repository."""
    if named:
        return root / named
    for folder in (root, *root.parents):
        if (folder / NAME).is_file():
            return folder / NAME
        if (folder / ".git").exists():
            break
    return None


def read(path: Path) -> List:
    """Reads a list, as much of it as there is."""
    found = List()
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
        if len(data) > _MAX_BYTES:
            found.warnings.append(f"{path.name}: larger than {_MAX_BYTES} bytes, nobody is in quarantine by it")
            return found
        table = tomllib.loads(data.decode("utf-8", "replace"))
    except (OSError, ValueError, RecursionError) as error:
        found.warnings.append(f"{path.name}: nobody is in quarantine by it: {text.first_line(str(error))}")
        return found
    entries = table.get("quarantine", [])
    if not isinstance(entries, list) or ("quarantine" not in table and table):
        found.warnings.append(f"{path.name}: no array of tables `quarantine`, nobody is in quarantine by it")
        return found
    for position, said in enumerate(entries):
        _read_entry(found, f"{path.name}, entry {position}", said)
    return found


def _read_entry(found: List, place: str, said: Any) -> None:
    test = said.get("test") if isinstance(said, dict) else None
    if not isinstance(test, str) or not test.strip():
        found.warnings.append(f"{place}: no `test`")
        return
    test = test.strip()
    if ".py::" in test:
        found.warnings.append(f"{place}: `{test}` is a node id; reports name it `{report_name(test)}`")
    values = {}
    for key in ("ticket", "owner", "reason"):
        value = said.get(key, "")
        if isinstance(value, bool) or not isinstance(value, (str, int)):
            found.warnings.append(f"{place}: `{key}` is no text")
            value = ""
        values[key] = text.value(str(value))
    found.entries.setdefault(test, Entry(test, **values))


def report_name(nodeid: str, prefix: str = "") -> str:
    """A test as reports name it, ``classname::name``: ``tests/test_a.py::TestB::test_c[1]`` is
    ``tests.test_a.TestB::test_c[1]``."""
    address, bracket, parameters = nodeid.partition("[")
    names = address.split("::")
    module = names[0].replace("/", ".")
    names[0] = module[:-3] if module.endswith(".py") else module
    name = names.pop() + bracket + parameters
    class_name = ".".join([prefix, *names] if prefix else names)
    return f"{class_name}::{name}" if class_name else name
