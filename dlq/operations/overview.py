"""What a selection consists of, for the confirmation page: number, tasks, queues, samples."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Max, Min, QuerySet

from dlq.conf import conf
from dlq.db.database import atomic
from dlq.db.limits import in_time
from dlq.filters import DlqFilterSet
from dlq.models import BackfillDlq, BulkOperation
from dlq.operations.selected import matching
from dlq.selection.rows import for_list
from dlq.selection.scan_places import admit_scan

AT_LEAST = 10_000
"""Entries that the page looks at before it is shown, some milliseconds where an index leads to them. Of more it only says so."""
SAMPLES = 5
GROUPS = 8
"""Tasks and queues listed by name; the rest is summed up."""


Group = tuple[str, str, int, int, int]
"""Task, queue, number, lowest and highest id."""


@dataclass(frozen=True)
class Overview:
    """`count` and `ids` are None where not all were looked at, because there are many or it took longer than a page may.

    Tasks and queues are those of the `looked_at` entries.
    """

    count: int | None
    looked_at: int
    ids: tuple[int, int] | None
    """The lowest and the highest."""
    tasks: list[tuple[str, int]]
    queues: list[tuple[str, int]]
    samples: list[BackfillDlq]
    seen: Sequence[int] = ()
    """The ids of those that were looked at, and of one more where there are more. Empty where all were only counted."""

    @property
    def number(self) -> str:
        """In words."""
        if self.count is not None:
            return f"{self.count:,} failed job{'' if self.count == 1 else 's'}"
        if not self.looked_at:
            return "very many failed jobs (too many to count in time)"
        return f"at least {self.looked_at:,} failed jobs"


def overview(operation: BulkOperation, *, exactly: bool = False) -> Overview:
    """Of the entries that it would act on; of many only of some, unless all are to be counted `exactly`.

    Raises Busy where many are to be looked at, and as many do so already as may.
    """
    with atomic():
        if operation.entry_ids is None:
            admit_scan(DlqFilterSet.of_pairs(operation.filter, sees_all=operation.sees_all))
        return _overview(matching(operation), exactly)


def _overview(entries: QuerySet[BackfillDlq], exactly: bool) -> Overview:
    samples = list(for_list(BackfillDlq.objects.filter(pk__in=_newest(entries))))
    groups = in_time(conf.STATEMENT_TIMEOUT, lambda: _all(entries) if exactly else _some(entries))
    if groups is None:
        return Overview(None, 0, None, [], [], samples)
    seen = [] if exactly else [first for *_, first, _last in groups]
    is_all = exactly or len(groups) <= AT_LEAST
    groups = groups if is_all else groups[:AT_LEAST]
    tasks: Counter[str] = Counter()
    queues: Counter[str] = Counter()
    for task, queue, count, _first, _last in groups:
        tasks[task] += count
        queues[queue] += count
    number = tasks.total()
    if not is_all:
        return Overview(None, number, None, _largest(tasks), _largest(queues), samples, seen)
    ids = (min(first for *_, first, _last in groups), max(last for *_, last in groups)) if groups else None
    return Overview(number, number, ids, _largest(tasks), _largest(queues), samples, seen)


def _all(entries: QuerySet[BackfillDlq]) -> list[Group]:
    """One pass gives the number and both breakdowns."""
    groups = entries.order_by().values_list("task_identifier", "queue_name")
    return list(groups.annotate(Count("id"), Min("id"), Max("id")))


def _some(entries: QuerySet[BackfillDlq]) -> list[Group]:
    """One more than are needed to know whether they are all; in no order, so that any index of the filter's serves."""
    rows = entries.order_by().values_list("task_identifier", "queue_name", "id")[: AT_LEAST + 1]
    return [(task, queue, 1, entry, entry) for task, queue, entry in rows]


def _newest(entries: QuerySet[BackfillDlq]) -> list[int]:
    return list(entries.order_by("-failed_at", "-id").values_list("pk", flat=True)[:SAMPLES])


def _largest(counter: Counter[str]) -> list[tuple[str, int]]:
    largest = sorted(counter.items(), key=lambda group: (-group[1], group[0]))[:GROUPS]
    rest = counter.total() - sum(count for _name, count in largest)
    return [*largest, (f"{len(counter) - GROUPS} others", rest)] if rest else largest
