"""Paths within the payloads, and once there is a path its values, to choose from: those of the newest entries."""

from __future__ import annotations

from typing import Any

from dlq.db.expressions import contains_pattern
from dlq.db.statements import rows
from dlq.filters.payload import DEEPEST, written
from dlq.filters.payload_path import NoPath, Path, read_path, written_path
from dlq.redaction.masked_columns import masked_json
from dlq.selection.suggestions import Suggestion, Suggestions
from dlq.table.location import TABLE

PARAMETER = "payload"
LOOKED_AT = 1_000
"""Of the newest, some 20 milliseconds; what fails now is what people look for."""
LARGEST = 8_000
"""Bytes, compressed, of a payload that is looked into."""
DEPTH = 4
MOST = 50


def of(typed: str) -> Suggestions:
    """Each continues what was typed: a path ends in "=", after which its values come."""
    try:
        path, rest = read_path(typed)
    except NoPath:
        path, rest = (), ""
    if not rest:
        paths = _rows("selection/payload_paths", typed.replace('"', ""), deepest=DEPTH)
        return _suggestions([(f"{written_path(tuple(keys))}=", count) for keys, count in paths if _can_be_said(keys)])
    return _suggestions(_values(path, rest[1:]) if len(path) <= DEEPEST and None not in path else [])


def values_at(path: Path, typed: str) -> Suggestions:
    """For a field that asks for this path's values alone."""
    before = f"{written_path(path)}="
    return _suggestions([(text.removeprefix(before), count) for text, count in _values(path, typed)])


def _values(path: Path, typed: str) -> list[tuple[str, int]]:
    found = [
        (written(path, text), count)
        for text, count in _rows("selection/payload_values", typed.strip(' "'), path=list(path))
    ]
    return [(text, count) for text, count in found if text]


def _rows(statement: str, typed: str, **parameters: Any) -> list[tuple[Any, int]]:
    query = TABLE.statement(statement, payload=masked_json("payload"))
    bounds = {"looked_at": LOOKED_AT, "largest": LARGEST, "most": MOST + 1, "like": contains_pattern(typed)}
    return rows(query, {**bounds, **parameters})


def _can_be_said(path: list[str]) -> bool:
    return written(tuple(path), "0") is not None


def _suggestions(found: list[tuple[str, int]]) -> Suggestions:
    values = [Suggestion(text, count, is_capped=False) for text, count in found[:MOST]]
    return Suggestions(values, more=len(found) > MOST, of_recent=True)
