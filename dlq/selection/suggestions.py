"""The values that a column has, to choose from: read by a skip scan along its index, with their numbers up to a limit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from dlq.db.identifiers import quoted
from dlq.db.statements import rows
from dlq.filters.conditions import NO_QUEUE
from dlq.filters.parameters import extra_parameter
from dlq.redaction.masked_columns import reads_as_it_is
from dlq.selection.count import rounded
from dlq.table.columns import listed_columns
from dlq.table.indexes import TableState, table_state
from dlq.table.location import TABLE

MOST = 200
"""Longer lists are no help to choose from: above it people type a part of the value."""
HOPS = 5_000
"""Steps along the index, some 20 microseconds each: how many values are looked through for what was typed."""
COUNT_TO = 100
"""Rows of a value that are counted, each a look into the table; there may be many values."""
RECENT = 10_000
"""The newest rows, which stand for the table where a column has no index."""
OFFERED = ("task_identifier", "queue_name")


@dataclass(frozen=True)
class Suggestion:
    """`text` is what the filter's parameter takes. `count` is exact; with `is_capped` there are more than so many.

    `estimate` is then how many the database expects, from its sample of common values.
    """

    text: str
    count: int
    is_capped: bool
    estimate: int | None = None


@dataclass(frozen=True)
class Suggestions:
    """`of_recent`: only the newest rows were looked at. `more`: there are further values; type a part of one."""

    values: Sequence[Suggestion]
    more: bool
    of_recent: bool = False


def offers_values(parameter: str) -> bool:
    """Whether the filter parameter takes one of a column's values, rather than free text."""
    return parameter in OFFERED or parameter in _extra_columns()


def column_values(parameter: str) -> list[str]:
    """The values alone, at most MOST, of a column with an index; none without one."""
    column, type_name = _extra_columns().get(parameter, (parameter, "text"))
    if not table_state(TABLE).steps_through(column):
        return []
    return [_text(parameter, text) for text, _count in _skip_scan(column, type_name, "", count_to=0)[:MOST]]


def suggestions_for(parameter: str, typed: str, state: TableState) -> Suggestions:
    """The values that contain what was typed (all, if nothing was), at most MOST."""
    column, type_name = _extra_columns().get(parameter, (parameter, "text"))
    if type_name.startswith("character varying"):
        type_name = "text"  # a shorter length would cut what was typed
    if not state.steps_through(column):
        return _recent(column, typed)
    # A typed beginning is jumped to, however many values there are; a part within a value is looked for after that.
    found = _skip_scan(column, type_name, typed, begins=True) if typed and type_name == "text" else []
    known = {text for text, _count in found}
    found += [pair for pair in _skip_scan(column, type_name, typed) if pair[0] not in known]
    common = _common(column, state)
    shown = [
        Suggestion(_text(parameter, text), min(count, COUNT_TO), count > COUNT_TO, common.get(text))
        for text, count in found[:MOST]
    ]
    return Suggestions(shown, more=len(found) > MOST)


def _skip_scan(
    column: str, type_name: str, typed: str, *, begins: bool = False, count_to: int = COUNT_TO + 1
) -> list[tuple[str, int]]:
    pattern = "".join(f"\\{char}" if char in "\\%_" else char for char in typed)
    like = (f"{pattern}%" if begins else f"%{pattern}%") if typed else None
    query = TABLE.statement(
        "selection/distinct_values",
        column=quoted(column),
        type=type_name.replace("%", "%%"),
        is_shown=reads_as_it_is(column, "value::text"),
    )
    parameters = {
        "from": typed if begins else None,
        "like": like,
        "most": MOST + 1,
        "hops": MOST if begins else HOPS,
        "count_to": count_to,
    }
    return [(text, count) for text, count in rows(query, parameters)]


def _recent(column: str, typed: str) -> Suggestions:
    name = quoted(column)
    query = (
        f"SELECT {name}::text FROM {TABLE.names['table']} WHERE {name} IS NOT NULL"  # noqa: S608 (quoted names)
        f" AND {reads_as_it_is(column, f'{name}::text')}"
        " ORDER BY failed_at DESC LIMIT %(recent)s"
    )
    counter = Counter(text for (text,) in rows(query, {"recent": RECENT}) if typed.lower() in text.lower())
    found = [Suggestion(_text(column, text), count, False) for text, count in counter.most_common(MOST)]
    return Suggestions(found, more=len(counter) > MOST, of_recent=True)


def _common(column: str, state: TableState) -> dict[str, int]:
    """How many rows the most common values have, as PostgreSQL's statistics of the column expect, to two digits."""
    found = rows(TABLE.statement("selection/common_values"), {"table": TABLE.regclass, "column": column})
    return {text: rounded(int(share * state.estimated_rows)) for text, share in found}


def _text(parameter: str, text: str) -> str:
    return NO_QUEUE if parameter == "queue_name" and text == "" else text


def _extra_columns() -> dict[str, tuple[str, str]]:
    """Of each parameter for an extra column: the column and its type."""
    return {extra_parameter(column.name): (column.name, column.type_name) for column in listed_columns(TABLE)}
