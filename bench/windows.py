"""Periods of a few days: with three each has a tenth of the entries, so that every round has fresh ones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from django.db.models import QuerySet

from dlq.db.statements import database_now
from dlq.models import BackfillDlq

DAYS = 3


@dataclass(frozen=True)
class Window:
    """The entries that failed in these days."""

    begin: datetime
    end: datetime

    @property
    def entries(self) -> QuerySet[BackfillDlq]:
        return BackfillDlq.objects.filter(failed_at__gte=self.begin, failed_at__lte=self.end)

    @property
    def pairs(self) -> list[tuple[str, str]]:
        return [("failed_after", self.begin.isoformat()), ("failed_before", self.end.isoformat())]

    def chunks(self, size: int) -> list[list[int]]:
        """The ids in order, as an operation goes through them."""
        ids = list(self.entries.order_by("id").values_list("id", flat=True))
        return [ids[start : start + size] for start in range(0, len(ids), size)]


def windows(count: int, days: int = DAYS) -> list[Window]:
    """The newest `count` periods of so many days, the newest first."""
    now = database_now()
    edges = [now - timedelta(days=days) * number for number in range(count + 1)]
    return [Window(begin, end - timedelta(microseconds=1)) for end, begin in pairwise(edges)]
