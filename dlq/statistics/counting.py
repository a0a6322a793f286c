"""The live numbers of the statistics page: what failed within the window, by each dimension and by time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from dlq.db.database import atomic
from dlq.db.loader import inlined
from dlq.db.session import settings_for_block
from dlq.db.statements import dicts
from dlq.models import BackfillDlq
from dlq.statistics.dimension import Dimension
from dlq.statistics.dimensions import COLUMNS, DIMENSIONS, placeholders
from dlq.statistics.window import Slot, Window
from dlq.table.location import TABLE

SERIES = 6
"""Values that the chart stacks by name; more can't be told apart. The rest is stacked as others."""
PLANNER_SETTINGS = {
    # For the join with the patterns, whose hash table has a line for each entry of both periods.
    "work_mem": "64MB",
    # The scan and the joins are the work of several processes, which PostgreSQL would not think worth it.
    "parallel_tuple_cost": "0",
    # It would compile the expressions in each process, which costs more than it saves.
    "jit": "off",
}
"""PostgreSQL's settings for the one statement; any user may choose them."""
OTHERS = SERIES
"""The index of the others among a slot's numbers."""


@dataclass(frozen=True)
class Tally:
    """The numbers of all entries of the window, or of those with one value of a dimension."""

    value: str = ""
    label: str = "all"
    entries: int = 0
    failures: int = 0
    newest: datetime | None = None
    requeued: int = 0
    """Entries that were requeued at least once."""
    oldest_waiting: datetime | None = None
    """The oldest failure of those that were not."""
    entries_previous: int = 0
    """Entries of the previous period."""
    requeued_previous: int = 0

    @property
    def average_failures(self) -> float:
        return self.failures / self.entries if self.entries else 0.0


@dataclass(frozen=True)
class DimensionCounts:
    """The values of one dimension: the largest as lines, and how many there are in the window and the previous period.

    `new` of them had never been before the window, as far as that is known. `left_out` is the line of what has no value,
    which is among the lines if it is large enough, but not in the numbers.
    """

    lines: list[Tally]
    number: int
    number_previous: int
    new: int
    left_out: Tally | None

    @property
    def named(self) -> list[Tally]:
        """The lines that stand for a value."""
        return [line for line in self.lines if line != self.left_out]


@dataclass(frozen=True)
class WindowCounts:
    window: Window
    slots: list[Slot]
    total: Tally
    values: Mapping[str, DimensionCounts]
    """By the dimension's name."""
    stacked: Dimension
    by_slot: list[list[int]] = field(repr=False)
    """For each slot the numbers of the first SERIES values of the stacked dimension, and of the others."""


def count_window(
    entries: QuerySet[BackfillDlq], window: Window, slots: list[Slot], stacked: Dimension, *, most: int
) -> WindowCounts:
    """Count those of the entries (filtered by anything but time) that failed in the window; `most` lines a dimension."""
    query = TABLE.statement(
        "statistics/window",
        entries=inlined(entries),
        stacked=COLUMNS[stacked.name],
        **placeholders(),
    )
    parameters = {
        "previous": window.previous_start,
        "start": window.start,  # for what of the dimensions is new
        "end": window.end,
        "starts": [slot.start for slot in slots],
        "most": max(most, SERIES),
        "series": SERIES,
        "stacked": stacked.name,
    }
    with atomic(), settings_for_block(**PLANNER_SETTINGS):
        found = dicts(query, parameters)
    by_slot = [[0] * (SERIES + 1) for _slot in slots]
    lines: dict[str, list[dict[str, Any]]] = {}
    total = Tally()
    for row in found:
        if row["slot"] is not None:
            by_slot[row["slot"] - 1][row["place"] - 1 if row["place"] else OTHERS] += row["entries"]
        elif row["value"] is not None:
            lines.setdefault(row["dimension"], []).append(row)
        else:
            total = _tally(row)  # the same in each dimension
    values = {one.name: _values(one, lines.get(one.name, []), most) for one in DIMENSIONS}
    return WindowCounts(window, slots, total, values, stacked, by_slot)


def _values(dimension: Dimension, rows: list[dict[str, Any]], most: int) -> DimensionCounts:
    if not rows:
        return DimensionCounts([], 0, 0, 0, None)
    rest = [row for row in rows if row["value"] == dimension.nothing]
    shown = [row for row in rows[:most] if row["entries"]]
    labels = dimension.words([row["value"] for row in [*shown, *rest]])
    lines = {row["value"]: _tally(row, label=labels[row["value"]]) for row in [*shown, *rest]}
    return DimensionCounts(
        [lines[row["value"]] for row in shown],
        rows[0]["values_current"] - sum(bool(row["entries"]) for row in rest),
        rows[0]["values_previous"] - sum(bool(row["entries_previous"]) for row in rest),
        rows[0]["values_new"],
        next((lines[row["value"]] for row in rest if row["entries"]), None),
    )


def _tally(row: dict[str, Any], label: str = "all") -> Tally:
    numbers = {one.name: row[one.name] for one in fields(Tally) if row.get(one.name) is not None}
    return Tally(label=label, **numbers)
