"""The live numbers of the statistics page: what failed within the window, by each dimension and by time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from dlq.db.loader import inlined
from dlq.db.session import settings_for_block
from dlq.db.statements import dicts
from dlq.models import BackfillDlq
from dlq.statistics.dimension import Dimension
from dlq.statistics.dimensions import COLUMNS, DIMENSIONS, joins, placeholders, which
from dlq.statistics.window import INSTANT, Slot, Window, slices
from dlq.table.location import TABLE

SERIES = 6
"""Values that the chart stacks by name; more colours can't be told apart. The rest is stacked as others."""
SLICES = 4
"""Of each period: enough that PostgreSQL's processes have equal work, and each one's hash tables stay small."""
PLANNER_SETTINGS = {
    # An allowance: groups are expected to be nearly as many as entries, which are few in truth and need some megabytes.
    "work_mem": "256MB",
    # Each slice is the work of one process, while the first one only collects what the others have counted.
    "parallel_tuple_cost": "0",
    "parallel_leader_participation": "off",
    "min_parallel_table_scan_size": "1TB",
    "min_parallel_index_scan_size": "1TB",
    # It would compile the expressions of each slice in each process, which costs more than it saves.
    "jit": "off",
}
"""PostgreSQL's settings for the one statement; any user may choose them."""
OTHERS = SERIES
"""The index of the others among a slot's numbers."""


@dataclass(frozen=True)
class Tally:
    """The numbers of all entries of the window, or of those with one value of a dimension."""

    value: str
    label: str
    entries: int
    failures: int
    newest: datetime | None
    requeued: int
    """Entries that were requeued at least once."""
    oldest_waiting: datetime | None
    """The oldest failure of those that were not."""
    entries_previous: int
    """Entries of the previous period."""
    requeued_previous: int

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
    query, bounds = _query(entries, window, stacked)
    parameters = {
        **bounds,
        "starts": [slot.start for slot in slots],
        "start": window.start,
        "most": max(most, SERIES),
        "series": SERIES,
        "stacked": which(stacked),
    }
    with transaction.atomic(), settings_for_block(**PLANNER_SETTINGS):
        found = dicts(query, parameters)
    by_slot = [[0] * (SERIES + 1) for _slot in slots]
    lines: dict[int, list[dict[str, Any]]] = {}
    for row in found:
        if row["slot"] is not None:
            by_slot[row["slot"] - 1][row["place"] - 1 if row["place"] else OTHERS] += row["entries"]
        else:
            lines.setdefault(row["which"], []).append(row)
    ((total,),) = [lines[which(None)]]
    values = {one.name: _values(one, lines.get(which(one), []), most) for one in DIMENSIONS}
    return WindowCounts(window, slots, _line(total, "all"), values, stacked, by_slot)


def _query(entries: QuerySet[BackfillDlq], window: Window, stacked: Dimension) -> tuple[str, dict[str, datetime]]:
    """The statement, and the times that bound its slices."""
    made = {**placeholders(), "entries": inlined(entries), "stacked": COLUMNS[stacked.name]}
    parts: list[str] = []
    bounds: dict[str, datetime] = {}
    for name, start, end in (
        ("current", window.start, window.end),
        ("previous", window.previous_start, window.start - INSTANT),
    ):
        for number, span in enumerate(slices(start, end, SLICES)):
            first, last = f"{name}_{number}_first", f"{name}_{number}_last"
            bounds |= {first: span.start, last: span.last}
            first, last = f"%({first})s", f"%({last})s"
            parts.append(
                TABLE.statement(f"statistics/{name}", first=first, last=last, joins=joins(first, last), **made)
            )
    return TABLE.statement("statistics/window", slices="\nUNION ALL\n".join(parts), **made), bounds


def _values(dimension: Dimension, rows: list[dict[str, Any]], most: int) -> DimensionCounts:
    if not rows:
        return DimensionCounts([], 0, 0, 0, None)
    rest = [row for row in rows if row["value"] == dimension.nothing]
    shown = [row for row in rows[:most] if row["entries"]]
    labels = dimension.words([row["value"] for row in [*shown, *rest]])
    lines = {row["value"]: _line(row, labels[row["value"]]) for row in [*shown, *rest]}
    return DimensionCounts(
        [lines[row["value"]] for row in shown],
        rows[0]["values_current"] - sum(bool(row["entries"]) for row in rest),
        rows[0]["values_previous"] - sum(bool(row["entries_previous"]) for row in rest),
        rows[0]["values_new"],
        next((lines[row["value"]] for row in rest if row["entries"]), None),
    )


def _line(row: dict[str, Any], label: str) -> Tally:
    return Tally(
        value=row["value"] or "",
        label=label,
        entries=row["entries"] or 0,
        failures=row["failures"] or 0,
        newest=row["newest"],
        requeued=row["requeued"] or 0,
        oldest_waiting=row["oldest_waiting"],
        entries_previous=row["entries_previous"] or 0,
        requeued_previous=row["requeued_previous"] or 0,
    )
