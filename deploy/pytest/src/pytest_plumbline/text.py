"""What people and programs wrote, made fit for an attribute of a report: one line, bounded, without credentials."""

from __future__ import annotations

import re

#: Characters of a message, and of a value.
MAX_MESSAGE = 200
MAX_VALUE = 500

_MASK = "***"

# What XML 1.0 forbids, whether raw or as a reference.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_USER_INFO = re.compile(r"(?<=://)[^\s/@]+@")

# A name that says that a secret follows, with what follows it.
_NAMED = re.compile(
    r"""(?ix)
    \b((?:[a-z0-9]+[_-])*(?:password|passwd|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credentials?)
    ["']?\s*[:=]\s*)
    (?:"[^"]*"?|'[^']*'?|[^\s,;&)}\]]+)
    """
)
_SCHEME = re.compile(r"(?i)\b((?:bearer|basic)\s+)[a-z0-9._~+/=-]{6,}")

# What carries its own mark, and long runs without one that hold letters and digits, as no word does.
_MARKED = re.compile(
    r"\b(?:gh[pousr]_|github_pat_|glpat-|xox[a-z]-|sk-|sk_live_|AKIA|ASIA|eyJ|AIza|npm_|pypi-)[A-Za-z0-9._-]{8,}"
)
_OPAQUE = re.compile(r"(?<![\w./-])(?=[\w+=-]*\d)(?=[\w+=-]*[A-Za-z])[A-Za-z0-9_+=-]{32,}")


def printable(text: str) -> str:
    """Writes characters that XML forbids as pytest does: ``#x1B``."""
    return _FORBIDDEN.sub(lambda found: f"#x{ord(found.group()):02X}", text)


def without_user_info(text: str) -> str:
    """Takes ``user:password@`` out of addresses."""
    return _USER_INFO.sub(f"{_MASK}@", text)


def without_secrets(text: str) -> str:
    """Masks what looks like a credential; rather too much than too little."""
    text = without_user_info(text)
    text = _SCHEME.sub(rf"\1{_MASK}", text)
    text = _NAMED.sub(rf"\1{_MASK}", text)
    text = _MARKED.sub(_MASK, text)
    return _OPAQUE.sub(_MASK, text)


def cut(text: str, limit: int) -> str:
    """Bounds a text, and shows that it was cut."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def first_line(text: str) -> str:
    """The first line that says something: bounded, printable, without credentials."""
    # A line of a megabyte is bounded before the patterns see it, with room for what they mask.
    line = next((line.strip() for line in text[:65_536].splitlines() if line.strip()), "")
    return cut(printable(without_secrets(line[: 10 * MAX_MESSAGE])), MAX_MESSAGE)


def value(text: str) -> str:
    """A value that a person wrote, as an address of a ticket."""
    return cut(printable(without_user_info(" ".join(text[:65_536].split()))), MAX_VALUE)
