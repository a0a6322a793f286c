"""The figures beside a pattern: its share, its days, and whether requeueing helps. Cheap, and each says what it counts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Sum

from dlq.db.statements import dicts
from dlq.models import ClassifierState, FailurePattern
from dlq.patterns.recovery import PatternRecovery, recovery_of
from dlq.table.location import TABLE

DAYS = 14
"""Of a sparkline."""


@dataclass(frozen=True)
class SparkBar:
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
class PatternFigures:
    """A pattern with its figures. `share` is the percentage of all entries that are grouped."""

    pattern: FailurePattern
    share: float
    days: list[SparkBar]
    recovery: PatternRecovery


@dataclass(frozen=True)
class GroupingScope:
    """What all counts of patterns count, and as of when."""

    entries: int
    patterns: int
    grouped_at: datetime | None
    is_complete: bool
    """Whether all older entries were met, too."""


def grouping_scope() -> GroupingScope:
    state = ClassifierState.objects.filter(pk=1).first()
    present = FailurePattern.objects.filter(entry_count__gt=0)
    return GroupingScope(
        entries=present.aggregate(total=Sum("entry_count"))["total"] or 0,
        patterns=present.count(),
        grouped_at=state.grouped_at if state else None,
        is_complete=bool(state and state.has_swept),
    )


def figures_of(patterns: Iterable[FailurePattern], total: int, now: datetime) -> list[PatternFigures]:
    """In the given order; three queries however many there are."""
    patterns = list(patterns)
    keys = [pattern.pk for pattern in patterns]
    days, recovery = _days(keys, now), recovery_of(keys)
    return [
        PatternFigures(
            pattern,
            100 * pattern.entry_count / total if total else 0.0,
            days[pattern.pk],
            recovery.get(pattern.pk, PatternRecovery()),
        )
        for pattern in patterns
    ]


def _days(patterns: list[int], now: datetime) -> dict[int, list[SparkBar]]:
    until = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    found = dicts(TABLE.statement("pattern_pages/days"), {"patterns": patterns, "until": until, "days": DAYS})
    counts = {(row["pattern_id"], row["day"]): row["entries"] for row in found}
    return {pattern: _bars([counts.get((pattern, ago), 0) for ago in range(DAYS)]) for pattern in patterns}


def _bars(entries: list[int]) -> list[SparkBar]:
    """From the oldest to the newest; each pattern to its own scale."""
    most = max(entries) or 1
    return [SparkBar(ago, number, -(-20 * number // most)) for ago, number in reversed(list(enumerate(entries)))]
