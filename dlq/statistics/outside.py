"""Failed jobs whose time no chart shows: before there were computers, or yet to come. Written by hand, or by a wrong clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from dlq.models import BackfillDlq
from dlq.statistics.window import EARLIEST, INSTANT

MOST = 1_000
"""Counted of each; of more only that there are more is said."""


@dataclass(frozen=True)
class Outside:
    """How many of the entries failed before EARLIEST, and how many after `now`; at most MOST + 1 each."""

    before: int
    after: int
    now: datetime

    @classmethod
    def of(cls, entries: QuerySet[BackfillDlq], now: datetime) -> Outside:
        def count(when: Q) -> int:
            return entries.filter(when).order_by()[: MOST + 1].count()

        return cls(count(Q(failed_at__lt=EARLIEST)), count(Q(failed_at__gt=now)), now)

    @property
    def times(self) -> list[tuple[str, int, dict[str, str]]]:
        """In words, the number, and the filter's times for it; empty where there are none."""
        sides = (
            ("before 1900", self.before, {"failed_before": (EARLIEST - INSTANT).isoformat()}),
            ("in the future", self.after, {"failed_after": (self.now + INSTANT).isoformat()}),
        )
        return [side for side in sides if side[1]]
