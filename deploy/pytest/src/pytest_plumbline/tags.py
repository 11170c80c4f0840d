"""Which tests are in quarantine: by a mark, or by the list."""

from __future__ import annotations

import datetime
import re
from dataclasses import asdict, dataclass
from typing import Any

import pytest

from . import text
from .listed import Entry, QuarantineWarning

_FIELDS = ("ticket", "since", "reason", "owner")


@dataclass(frozen=True)
class Quarantine:
    """What is known about a test's stay; a field that nobody filled is empty."""

    ticket: str = ""
    since: str = ""
    reason: str = ""
    owner: str = ""

    def fields(self) -> dict[str, str]:
        """The fields that say something, in their order."""
        return {name: value for name, value in asdict(self).items() if value}

    def describe(self) -> str:
        """In a line, for a terminal."""
        shown = [self.ticket or "no ticket"]
        shown += [f"since {self.since}"] if self.since else []
        shown += [f"owner {self.owner}"] if self.owner else []
        shown += [self.reason] if self.reason else []
        return ", ".join(shown)


def is_quarantine(mark: pytest.Mark) -> bool:
    """Tells a quarantine from a retry: ``flaky`` belongs to plugins that retry, where it has no ticket and no since."""
    return mark.name == "quarantine" or (mark.name == "flaky" and ("ticket" in mark.kwargs or "since" in mark.kwargs))


def find(item: pytest.Item, entry: Entry | None) -> Quarantine | None:
    """What the list and the marks of a test say together, the list first, then the closest mark."""
    marks = [mark for mark in item.iter_markers() if is_quarantine(mark)]
    if entry is None and not marks:
        return None
    sources = [] if entry is None else [{"ticket": entry.ticket, "reason": entry.reason, "owner": entry.owner}]
    sources += [_read(mark, item) for mark in marks]
    found = {name: next((source[name] for source in sources if source.get(name)), "") for name in _FIELDS}
    return Quarantine(**found)


def leave_retries(item: pytest.Item) -> None:
    """Takes quarantine out of ``flaky`` marks, so that plugins that retry see what is theirs.

    They would retry a test for the mark alone, or stumble over an argument that they do not know.
    """
    for node in item.listchain():
        if not any(mark.name == "flaky" and is_quarantine(mark) for mark in node.own_markers):
            continue
        kept = []
        for mark in node.own_markers:
            if mark.name == "flaky" and is_quarantine(mark):
                rest = {name: value for name, value in mark.kwargs.items() if name not in _FIELDS}
                if not mark.args and not rest:
                    continue
                mark = pytest.mark.flaky(*mark.args, **rest).mark
            kept.append(mark)
        node.own_markers[:] = kept


def _read(mark: pytest.Mark, item: pytest.Item) -> dict[str, str]:
    said = dict(mark.kwargs)
    if mark.name == "quarantine":
        said.update(zip(_FIELDS, mark.args))
        unknown = sorted(set(said) - set(_FIELDS))
        if unknown or len(mark.args) > len(_FIELDS):
            item.warn(QuarantineWarning(f"`quarantine` takes {', '.join(_FIELDS)}; not {', '.join(unknown) or 'more'}"))
    fields = {name: _field(said.get(name)) for name in _FIELDS}
    if fields["since"] and not _is_day(fields["since"]):
        item.warn(QuarantineWarning(f"`since` is no day as 2026-11-01: {fields['since']!r}"))
        fields["since"] = ""
    return fields


def _field(said: Any) -> str:
    if said is None or isinstance(said, bool):
        return ""
    if isinstance(said, (datetime.date, datetime.datetime)):
        return said.isoformat()
    return text.value(str(said))


def _is_day(said: str) -> bool:
    if not re.match(r"\d{4}-\d{2}-\d{2}($|[T ])", said):
        return False
    try:
        datetime.date.fromisoformat(said[:10])
    except ValueError:
        return False
    return True
