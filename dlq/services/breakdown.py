"""What the entries that match a filter consist of, by task, queue and the owner's columns: of the newest, if there are many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import TextField
from django.db.models.functions import Cast

from dlq import catalogue
from dlq.expressions import OwnerColumn
from dlq.filters import DlqFilterSet
from dlq.filters.conditions import NO_QUEUE
from dlq.filters.filterset import owner_parameter
from dlq.models.backfilldlq import TABLE

NEWEST = 10_000
"""Rows that are read, some 20 ms; what is going on now shows in the newest."""
SHOWN = 20
"""Values of a column; the rest is in `others`."""


@dataclass(frozen=True)
class Group:
    """One column's values with the most entries. `others`: how many entries have other values."""

    parameter: str
    heading: str
    values: Sequence[tuple[str, int]]
    others: int


@dataclass(frozen=True)
class Breakdown:
    """`total` entries were looked at: all that match, or with `is_cut` the newest of them."""

    groups: Sequence[Group]
    total: int
    is_cut: bool


def breakdown(filterset: DlqFilterSet) -> Breakdown:
    owners = catalogue.listed_columns(TABLE)
    columns = [("task_identifier", "Task"), ("queue_name", "Queue")]
    columns += [(owner_parameter(column.name), column.name) for column in owners]
    listed = [Cast(OwnerColumn(column.name), TextField()) for column in owners]
    entries = filterset.qs.order_by("-failed_at", "-id")
    rows = list(entries.values_list("task_identifier", "queue_name", *listed)[: NEWEST + 1])
    cells = zip(*rows[:NEWEST], strict=True) if rows else [()] * len(columns)
    groups = [_group(*column, values) for column, values in zip(columns, cells, strict=True)]
    return Breakdown(groups, min(len(rows), NEWEST), len(rows) > NEWEST)


def _group(parameter: str, heading: str, values: Sequence[Any]) -> Group:
    counter = Counter(str(value) for value in values if value is not None)
    if parameter == "queue_name" and "" in counter:
        counter[NO_QUEUE] = counter.pop("")
    largest = counter.most_common(SHOWN)
    return Group(parameter, heading, largest, len(values) - sum(count for _value, count in largest))
