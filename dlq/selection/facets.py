"""What the entries that match a filter consist of, by task, queue and the extra columns: of the newest, if there are many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import TextField
from django.db.models.functions import Cast

from dlq.filters import DlqFilterSet
from dlq.filters.conditions import NO_QUEUE
from dlq.filters.parameters import extra_parameter
from dlq.redaction.masked_columns import MaskedExtraColumn
from dlq.selection.scan_places import admit_scan
from dlq.table.columns import listed_columns
from dlq.table.location import TABLE

NEWEST = 10_000
"""Rows that are read, some 20 ms; what is going on now shows in the newest."""
SHOWN = 20
"""Values of a column; the rest is in `others`."""


@dataclass(frozen=True)
class Facet:
    """One column's values with the most entries. `others`: how many entries have other values."""

    parameter: str
    heading: str
    values: Sequence[tuple[str, int]]
    others: int


@dataclass(frozen=True)
class Facets:
    """`total` entries were looked at: all that match, or with `is_cut` the newest of them."""

    facets: Sequence[Facet]
    total: int
    is_cut: bool


def facets_of(filterset: DlqFilterSet) -> Facets:
    """Raises Busy, as counting does."""
    admit_scan(filterset)
    extra = listed_columns(TABLE)
    columns = [("task_identifier", "Task"), ("queue_name", "Queue")]
    columns += [(extra_parameter(column.name), column.name) for column in extra]
    listed = [Cast(MaskedExtraColumn(column), TextField()) for column in extra]
    entries = filterset.qs.order_by("-failed_at", "-id")
    rows = list(entries.values_list("task_identifier", "queue_name", *listed)[: NEWEST + 1])
    cells = zip(*rows[:NEWEST], strict=True) if rows else [()] * len(columns)
    facets = [_facet(*column, values) for column, values in zip(columns, cells, strict=True)]
    return Facets(facets, min(len(rows), NEWEST), len(rows) > NEWEST)


def _facet(parameter: str, heading: str, values: Sequence[Any]) -> Facet:
    counter = Counter(str(value) for value in values if value is not None)
    if parameter == "queue_name" and "" in counter:
        counter[NO_QUEUE] = counter.pop("")
    largest = counter.most_common(SHOWN)
    return Facet(parameter, heading, largest, len(values) - sum(count for _value, count in largest))
