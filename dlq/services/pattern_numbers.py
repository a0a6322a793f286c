"""The numbers beside a pattern: its share, its days, and whether requeueing helps. Cheap, and each says what it counts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Sum

from dlq.db import dicts
from dlq.models import FailurePattern, SortingState
from dlq.models.backfilldlq import TABLE
from dlq.sql import statement

DAYS = 14
"""Of a sparkline."""
MOST_REQUEUES = 200
"""Of a pattern that are looked at: the last ones tell how it is now, and a page must not read a million."""

MOST_OF_TASK = 50
"""Patterns of a task whose requeues are looked at."""


@dataclass(frozen=True)
class Helps:
    """What became of a pattern's last requeues. `is_cut`: there are more than MOST_REQUEUES, the older ones don't count."""

    recovered: int = 0
    came_back: int = 0
    unsettled: int = 0
    is_cut: bool = False

    @property
    def settled(self) -> int:
        return self.recovered + self.came_back

    @property
    def percent(self) -> int:
        """Of the settled that recovered, rounded down: 100 only where every one did."""
        return 100 * self.recovered // self.settled if self.settled else 0


@dataclass(frozen=True)
class Day:
    """A bar of a sparkline: the 24 hours that end `ago` days before now."""

    ago: int
    entries: int
    height: int
    """Of 20, at least 1 where there is anything."""

    @property
    def x(self) -> int:
        return (DAYS - 1 - self.ago) * 6

    @property
    def y(self) -> int:
        return 20 - self.height


@dataclass(frozen=True)
class Numbered:
    """A pattern with its numbers. `share` is the percentage of all entries that are sorted in."""

    pattern: FailurePattern
    share: float
    days: list[Day]
    helps: Helps


@dataclass(frozen=True)
class Scope:
    """What all counts of patterns count, and as of when."""

    entries: int
    patterns: int
    sorted_at: datetime | None
    is_complete: bool
    """Whether all older entries were met, too."""


def scope() -> Scope:
    state = SortingState.objects.filter(pk=1).first()
    present = FailurePattern.objects.filter(entry_count__gt=0)
    return Scope(
        entries=present.aggregate(total=Sum("entry_count"))["total"] or 0,
        patterns=present.count(),
        sorted_at=state.sorted_at if state else None,
        is_complete=bool(state and state.has_swept),
    )


def numbered(patterns: Iterable[FailurePattern], total: int, now: datetime) -> list[Numbered]:
    """In the given order; three queries however many there are."""
    patterns = list(patterns)
    keys = [pattern.pk for pattern in patterns]
    days, helps = _days(keys, now), helps_of(keys)
    return [
        Numbered(
            pattern,
            100 * pattern.entry_count / total if total else 0.0,
            days[pattern.pk],
            helps.get(pattern.pk, Helps()),
        )
        for pattern in patterns
    ]


def helps_of(patterns: list[int]) -> dict[int, Helps]:
    found = dicts(statement("patterns/helps", TABLE), {"patterns": patterns, "most": MOST_REQUEUES})
    return {row.pop("pattern_id"): Helps(**row) for row in found}


def helps_of_task(task: str) -> Helps:
    """Of the task's largest patterns together."""
    patterns = FailurePattern.objects.filter(task_identifier=task).order_by("-entry_count")
    parts = helps_of(list(patterns.values_list("pk", flat=True)[:MOST_OF_TASK])).values()
    return Helps(
        recovered=sum(part.recovered for part in parts),
        came_back=sum(part.came_back for part in parts),
        unsettled=sum(part.unsettled for part in parts),
        is_cut=any(part.is_cut for part in parts),
    )


def _days(patterns: list[int], now: datetime) -> dict[int, list[Day]]:
    until = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    found = dicts(statement("patterns/days", TABLE), {"patterns": patterns, "until": until, "days": DAYS})
    counts = {(row["pattern_id"], row["day"]): row["entries"] for row in found}
    return {pattern: _bars([counts.get((pattern, ago), 0) for ago in range(DAYS)]) for pattern in patterns}


def _bars(entries: list[int]) -> list[Day]:
    """From the oldest to the newest; each pattern to its own scale."""
    most = max(entries) or 1
    return [Day(ago, number, -(-20 * number // most)) for ago, number in reversed(list(enumerate(entries)))]
