"""JSON that a person typed, checked by PostgreSQL, which will hold it. Python only looks for the place of a fault."""

from __future__ import annotations

import json
import re

from django.db import DatabaseError

from dlq.db.bisection import is_about_a_row
from dlq.db.database import atomic
from dlq.db.errors import first_line
from dlq.db.statements import scalar

LONGEST = 256 * 1024
"""Characters: what a text area edits well. PostgreSQL would take 255 MB."""
ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|.)")
NUL, DEPTH, RANGE = "22P05", "54001", "22003"
"""SQLSTATE of what PostgreSQL says to \\u0000, nesting beyond its stack, numbers beyond its own."""


class BadJson(Exception):
    """The text is no JSON that PostgreSQL can hold. The message is a sentence with line and column."""


def checked_json(text: str, *, line: int = 1, column: int = 1) -> str:
    """The text, if it is JSON for PostgreSQL; it begins at this line and column of what was typed. Raises BadJson."""
    if len(text) > LONGEST:
        raise BadJson(f"This has {len(text):,} characters; at most {LONGEST:,} can be written here.")
    try:
        with atomic():
            scalar("SELECT %(text)s::jsonb IS NULL", {"text": text})
    except DatabaseError as error:
        if not is_about_a_row(error):
            raise
        why, at = _fault(text, getattr(error.__cause__, "sqlstate", "") or "", first_line(error))
        raise BadJson(f"{_where(text, at, line, column)}{why}.") from None
    return text


def _fault(text: str, state: str, message: str) -> tuple[str, int | None]:
    """What is wrong, and at which character where that can be told."""
    if state == DEPTH:
        return "this is nested more deeply than PostgreSQL can read", None
    if state == RANGE:
        return "this number is larger than PostgreSQL can hold", None
    if state == NUL:
        return "PostgreSQL can’t hold the character \\u0000 in a text", _first_nul(text)
    try:
        json.loads(text, parse_constant=_no_constant, parse_float=str, parse_int=str)
    except json.JSONDecodeError as error:
        return f"this is no JSON ({error.msg[:1].lower()}{error.msg[1:]})", error.pos
    except _Constant as constant:
        return f"this is no JSON ({constant} is no number there)", text.find(str(constant))
    except RecursionError:
        pass
    if (at := _lone_surrogate(text)) is not None:
        return f"{text[at : at + 6]} is half of a character (a surrogate without the other one)", at
    return message, None


class _Constant(Exception):
    """Python would read it."""


def _no_constant(name: str) -> None:
    raise _Constant(name)


def _first_nul(text: str) -> int | None:
    return next((found.start() for found in ESCAPE.finditer(text) if found[1] and int(found[1], 16) == 0), None)


def _lone_surrogate(text: str) -> int | None:
    """Where the first is that has no other half next to it."""
    high: re.Match[str] | None = None
    for found in ESCAPE.finditer(text):
        code = int(found[1] or "0", 16)
        if high and not (0xDC00 <= code <= 0xDFFF and found.start() == high.end()):
            return high.start()
        if not high and 0xDC00 <= code <= 0xDFFF:
            return found.start()
        high = found if 0xD800 <= code <= 0xDBFF else None
    return high.start() if high else None


def _where(text: str, at: int | None, line: int, column: int) -> str:
    if at is None:
        return f"Line {line}: " if line > 1 else ""
    before = text[:at]
    lines = before.count("\n")
    at_column = len(before) - before.rfind("\n") if lines else len(before) + column
    return f"Line {line + lines}, column {at_column}: "
