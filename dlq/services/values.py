"""The values that a column has, to choose from: read by hopping along its index, with their numbers up to a limit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from dlq import catalogue
from dlq.db import rows
from dlq.filters.conditions import NO_QUEUE
from dlq.filters.filterset import owner_parameter
from dlq.indexes import TableState, table_state
from dlq.models.backfilldlq import TABLE
from dlq.services.count import rounded
from dlq.sql import statement
from dlq.table import quoted

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
class Value:
    """`text` is what the filter's parameter takes. `count` is exact; with `is_capped` there are more than so many.

    `estimate` is then how many the database expects, from its sample of common values.
    """

    text: str
    count: int
    is_capped: bool
    estimate: int | None = None


@dataclass(frozen=True)
class Values:
    """`of_recent`: only the newest rows were looked at. `more`: there are further values; type a part of one."""

    values: Sequence[Value]
    more: bool
    of_recent: bool = False


def offers_values(parameter: str) -> bool:
    """Whether the filter parameter takes one of a column's values, rather than free text."""
    return parameter in OFFERED or parameter in _owner_columns()


def names(parameter: str) -> list[str]:
    """The values alone, at most MOST, of a column with an index; none without one."""
    column, type_name = _owner_columns().get(parameter, (parameter, "text"))
    if not table_state(TABLE).steps_through(column):
        return []
    return [_text(parameter, text) for text, _count in _hop(column, type_name, "", count_to=0)[:MOST]]


def values(parameter: str, typed: str, state: TableState) -> Values:
    """The values that contain what was typed (all, if nothing was), at most MOST."""
    column, type_name = _owner_columns().get(parameter, (parameter, "text"))
    if type_name.startswith("character varying"):
        type_name = "text"  # a shorter length would cut what was typed
    if not state.steps_through(column):
        return _recent(column, typed)
    # A typed beginning is jumped to, however many values there are; a part within a value is looked for after that.
    found = _hop(column, type_name, typed, begins=True) if typed and type_name == "text" else []
    known = {text for text, _count in found}
    found += [pair for pair in _hop(column, type_name, typed) if pair[0] not in known]
    common = _common(column, state)
    shown = [
        Value(_text(parameter, text), min(count, COUNT_TO), count > COUNT_TO, common.get(text))
        for text, count in found[:MOST]
    ]
    return Values(shown, more=len(found) > MOST)


def _hop(
    column: str, type_name: str, typed: str, *, begins: bool = False, count_to: int = COUNT_TO + 1
) -> list[tuple[str, int]]:
    pattern = "".join(f"\\{char}" if char in "\\%_" else char for char in typed)
    like = (f"{pattern}%" if begins else f"%{pattern}%") if typed else None
    query = statement("catalogue/distinct_values", TABLE, column=quoted(column), type=type_name.replace("%", "%%"))
    parameters = {
        "from": typed if begins else None,
        "like": like,
        "most": MOST + 1,
        "hops": MOST if begins else HOPS,
        "count_to": count_to,
    }
    return [(text, count) for text, count in rows(query, parameters)]


def _recent(column: str, typed: str) -> Values:
    name = quoted(column)
    query = (
        f"SELECT {name}::text FROM {TABLE.names['table']} WHERE {name} IS NOT NULL"  # noqa: S608 (quoted names)
        " ORDER BY failed_at DESC LIMIT %(recent)s"
    )
    counter = Counter(text for (text,) in rows(query, {"recent": RECENT}) if typed.lower() in text.lower())
    found = [Value(_text(column, text), count, False) for text, count in counter.most_common(MOST)]
    return Values(found, more=len(counter) > MOST, of_recent=True)


def _common(column: str, state: TableState) -> dict[str, int]:
    """How many rows the most common values have, as PostgreSQL's statistics of the column expect, to two digits."""
    found = rows(statement("catalogue/common_values", TABLE), {"table": TABLE.regclass, "column": column})
    return {text: rounded(int(share * state.estimated_rows)) for text, share in found}


def _text(parameter: str, text: str) -> str:
    return NO_QUEUE if parameter == "queue_name" and text == "" else text


def _owner_columns() -> dict[str, tuple[str, str]]:
    """Of each parameter for an owner's column: the column and its type."""
    return {owner_parameter(column.name): (column.name, column.type_name) for column in catalogue.listed_columns(TABLE)}
