"""Whether requeueing helped: of the requeues made in the window whose end is known, how many jobs recovered.

Counted by requeues and not by entries: an entry with a key vanishes when its job succeeds.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from dlq.db.database import atomic
from dlq.db.loader import inlined
from dlq.db.session import settings_for_block
from dlq.db.statements import dicts
from dlq.filters import DlqFilterSet
from dlq.models import Requeue, RequeuePattern
from dlq.outcomes.recovery_rate import ENDS, NOTHING, Recovery, sums_of_ends
from dlq.statistics.dimensions import DIMENSIONS, placeholders
from dlq.statistics.window import Window
from dlq.table.location import TABLE

GROUPING_SETTINGS = {"work_mem": "64MB", "parallel_tuple_cost": "0"}
"""PostgreSQL's settings, as for the counting of the window: the groups are few, but it expects many and would sort all first."""
PREVIOUS = "_previous"
KEPT = ("task_identifier", "queue_name", "priority_min", "priority_max")
"""Filter parameters that a requeue can answer itself, because it keeps these columns of its entry."""


@dataclass(frozen=True)
class RequeueTally:
    """How the requeues of the window ended, and those of the previous period."""

    now: Recovery = NOTHING
    previous: Recovery = NOTHING


NONE = RequeueTally()


@dataclass(frozen=True)
class WindowRecovery:
    total: RequeueTally
    by_value: dict[str, dict[str | None, RequeueTally]]
    """By the dimension's name and the value; under None those of before the column was kept."""
    of_entries_only: bool
    """Whether a filter limits them to requeues of entries that are still in the table."""


def recovery(filterset: DlqFilterSet, window: Window) -> WindowRecovery:
    """Of the requeues of what the filter means, which has neither times nor a status: one may hide what recovered."""
    requeues, of_entries_only = _requeues(filterset)
    joins = " ".join(one.joined_to_requeue for one in DIMENSIONS)
    query = TABLE.statement(
        "statistics/requeue_rates",
        requeues=inlined(requeues),
        requeue_joins=joins,
        ends=sums_of_ends("requeues", "is_current"),
        ends_previous=sums_of_ends("requeues", "NOT is_current", PREVIOUS),
        **placeholders(),
    )
    with atomic(), settings_for_block(**GROUPING_SETTINGS):
        found = dicts(query, {"start": window.start, "end": window.end, "previous": window.previous_start})
    lines: dict[str | None, dict[str | None, RequeueTally]] = {}
    for row in found:
        dimension, value = row.pop("dimension"), row.pop("value")
        previous = Recovery(**{end.value: row.pop(f"{end.value}{PREVIOUS}") for end in ENDS})
        lines.setdefault(dimension, {})[value] = RequeueTally(Recovery(**row), previous)
    by_value = {one.name: lines.get(one.name, {}) for one in DIMENSIONS}
    return WindowRecovery(lines.get(None, {}).get(None, NONE), by_value, of_entries_only)


def _requeues(filterset: DlqFilterSet) -> tuple[QuerySet[Requeue], bool]:
    active = {one.name for one in filterset.active}
    kept = Requeue.objects.all()
    for name in active & set(KEPT):
        kept = kept.filter(filterset.filters[name].of(filterset.form.cleaned_data[name], sees_all=filterset.sees_all))
    if active <= set(KEPT):
        return kept, False
    patterns = filterset.form.cleaned_data.get("pattern") or []
    if active <= {*KEPT, "pattern"} and None not in patterns:
        # As the pattern's page counts them: by the pattern that the entry had when it was requeued.
        templates = [template for pattern in patterns for template in pattern.templates]
        of_pattern = RequeuePattern.objects.filter(pattern__in=templates)
        return kept.filter(pk__in=of_pattern.values("requeue_id")), False
    return Requeue.objects.filter(entry_id__in=filterset.qs.order_by().values("pk")), True
