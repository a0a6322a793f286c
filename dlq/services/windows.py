"""Failures in the last hour, day and week, by task and by queue: one pass over the longest window feeds all."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet

from dlq.models import BackfillDlq

WINDOWS = (
    ("Last hour", timedelta(hours=1)),
    ("Last 24 hours", timedelta(hours=24)),
    ("Last 7 days", timedelta(days=7)),
)
LONGEST = WINDOWS[-1][1]


@dataclass(frozen=True)
class Row:
    """A task or a queue with its number of failures in each of WINDOWS."""

    name: str
    counts: tuple[int, ...]


@dataclass(frozen=True)
class Windows:
    total: tuple[int, ...]
    by_task: list[Row]
    by_queue: list[Row]


def count_windows(entries: QuerySet[BackfillDlq], now: datetime) -> Windows:
    """Count those of the entries that failed within each window before `now`, both bounds included."""
    counts = {
        f"window_{number}": Count("id", filter=Q(failed_at__gte=now - length))
        for number, (_label, length) in enumerate(WINDOWS)
    }
    groups = (
        entries.filter(failed_at__gte=now - LONGEST, failed_at__lte=now)
        .order_by()
        .values_list("task_identifier", "queue_name")
        .annotate(**counts)
    )
    tasks: defaultdict[str, list[int]] = defaultdict(lambda: [0] * len(WINDOWS))
    queues: defaultdict[str, list[int]] = defaultdict(lambda: [0] * len(WINDOWS))
    total = [0] * len(WINDOWS)
    for task, queue, *numbers in groups:
        for number, count in enumerate(numbers):
            for sums in (tasks[task], queues[queue], total):
                sums[number] += count
    return Windows(tuple(total), _largest_first(tasks), _largest_first(queues))


def _largest_first(sums: dict[str, list[int]]) -> list[Row]:
    return sorted(
        (Row(name, tuple(counts)) for name, counts in sums.items()),
        key=lambda row: (*(-n for n in row.counts[::-1]), row.name),
    )
