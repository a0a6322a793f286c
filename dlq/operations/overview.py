"""What a selection consists of, for the confirmation page: number, tasks, queues, samples."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, Max, Min, QuerySet

from dlq.conf import conf
from dlq.db.limits import in_time
from dlq.filters import DlqFilterSet
from dlq.models import BackfillDlq, BulkOperation
from dlq.operations.selected import matching
from dlq.selection.rows import for_list
from dlq.selection.scan_places import admit_scan

SAMPLES = 5
GROUPS = 8
"""Tasks and queues listed by name; the rest is summed up."""


@dataclass(frozen=True)
class Overview:
    """`count` and `ids` are None, and there are no groups, where counting took longer than a page may."""

    count: int | None
    ids: tuple[int, int] | None
    """The lowest and the highest."""
    tasks: list[tuple[str, int]]
    queues: list[tuple[str, int]]
    samples: list[BackfillDlq]


def overview(operation: BulkOperation) -> Overview:
    """Of the entries that it would act on. Raises Busy where many are to be looked at, and as many do so already as may."""
    with transaction.atomic():
        if operation.entry_ids is None:
            admit_scan(DlqFilterSet.of_pairs(operation.filter, sees_all=operation.sees_all))
        return _overview(matching(operation))


def _overview(entries: QuerySet[BackfillDlq]) -> Overview:
    """Count and sample in two statements: one pass gives the number and both breakdowns."""
    samples = list(for_list(BackfillDlq.objects.filter(pk__in=_newest(entries))))
    groups = in_time(
        conf.STATEMENT_TIMEOUT,
        lambda: list(
            entries.order_by().values_list("task_identifier", "queue_name").annotate(Count("id"), Min("id"), Max("id"))
        ),
    )
    if groups is None:
        return Overview(None, None, [], [], samples)
    tasks: Counter[str] = Counter()
    queues: Counter[str] = Counter()
    for task, queue, count, _first, _last in groups:
        tasks[task] += count
        queues[queue] += count
    ids = (min(first for *_, first, _last in groups), max(last for *_, last in groups)) if groups else None
    return Overview(tasks.total(), ids, _largest(tasks), _largest(queues), samples)


def _newest(entries: QuerySet[BackfillDlq]) -> list[int]:
    return list(entries.order_by("-failed_at", "-id").values_list("pk", flat=True)[:SAMPLES])


def _largest(counter: Counter[str]) -> list[tuple[str, int]]:
    largest = sorted(counter.items(), key=lambda group: (-group[1], group[0]))[:GROUPS]
    rest = counter.total() - sum(count for _name, count in largest)
    return [*largest, (f"{len(counter) - GROUPS} others", rest)] if rest else largest
