"""The live numbers of the statistics page: what failed within the window, by each dimension and by time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from dlq.db import dicts, setting_for_block
from dlq.models import BackfillDlq
from dlq.models.backfilldlq import TABLE
from dlq.services.statistics.dimensions import Counting, Dimension
from dlq.services.statistics.window import Slot, Window
from dlq.sql import statement, written_in

SERIES = 6
"""Values that the chart stacks by name; more colours can't be told apart. The rest is stacked as others."""
MEMORY = "64MB"
"""Of PostgreSQL's, for ten thousand tasks over a month; a few tasks need no more than its default of 4 MB."""
OTHERS = SERIES
"""The index of the others among a slot's numbers."""


@dataclass(frozen=True)
class Line:
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
    entries_before: int
    """Entries of the period before."""
    requeued_before: int

    @property
    def average_failures(self) -> float:
        return self.failures / self.entries if self.entries else 0.0


@dataclass(frozen=True)
class Values:
    """The values of one dimension: the largest as lines, and how many there are in the window and the period before."""

    lines: list[Line]
    number: int
    number_before: int


@dataclass(frozen=True)
class Counted:
    window: Window
    slots: list[Slot]
    total: Line
    values: Mapping[str, Values]
    """By the dimension's name."""
    by: Counting
    by_slot: list[list[int]] = field(repr=False)
    """For each slot the numbers of the first SERIES values of the stacked dimension, and of the others."""

    @property
    def stacked(self) -> Dimension:
        return self.by.stacked


def count(
    entries: QuerySet[BackfillDlq], window: Window, slots: list[Slot], stacked: Dimension, *, most: int
) -> Counted:
    """Count those of the entries (filtered by anything but time) that failed in the window; `most` lines a dimension."""
    by = Counting(stacked)
    parameters = {
        "starts": [slot.start for slot in slots],
        "start": window.start,
        "end": window.end,
        "before": window.before,
        "most": max(most, SERIES),
        "series": SERIES,
        "stacked": by.which(stacked),
    }
    with transaction.atomic(), setting_for_block("work_mem", MEMORY):
        found = dicts(statement("stats/window", TABLE, entries=written_in(entries), **by.placeholders()), parameters)
    by_slot = [[0] * (SERIES + 1) for _slot in slots]
    lines: dict[int, list[dict[str, Any]]] = {}
    for row in found:
        if row["slot"] is not None:
            by_slot[row["slot"] - 1][row["place"] - 1 if row["place"] else OTHERS] += row["entries"]
        else:
            lines.setdefault(row["which"], []).append(row)
    ((total,),) = [lines[by.which(None)]]
    values = {one.name: _values(one, lines.get(by.which(one), []), most) for one in by.dimensions}
    return Counted(window, slots, _line(total, "all"), values, by, by_slot)


def _values(dimension: Dimension, rows: list[dict[str, Any]], most: int) -> Values:
    if not rows:
        return Values([], 0, 0)
    shown = [row for row in rows[:most] if row["entries"]]
    labels = dimension.words([row["value"] for row in shown])
    lines = [_line(row, labels[row["value"]]) for row in shown]
    return Values(lines, rows[0]["values_now"], rows[0]["values_before"])


def _line(row: dict[str, Any], label: str) -> Line:
    return Line(
        value=row["value"] or "",
        label=label,
        entries=row["entries"] or 0,
        failures=row["failures"] or 0,
        newest=row["newest"],
        requeued=row["requeued"] or 0,
        oldest_waiting=row["oldest_waiting"],
        entries_before=row["entries_before"] or 0,
        requeued_before=row["requeued_before"] or 0,
    )
