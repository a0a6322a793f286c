"""Failed jobs whose time no chart shows: before there were computers, or yet to come. Written by hand, or by a wrong clock."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet

from dlq.models import BackfillDlq
from dlq.statistics.window import EARLIEST, INSTANT

MOST = 1_000
"""Counted of each; of more only that there are more is said."""


def outside(entries: QuerySet[BackfillDlq], now: datetime) -> list[tuple[str, int, dict[str, str]]]:
    """Those that failed before EARLIEST, and those after `now`, each if there are any: in words, how many (at most MOST + 1), and
    the filter's times for them."""
    sides = (
        ("before 1900", Q(failed_at__lt=EARLIEST), {"failed_before": (EARLIEST - INSTANT).isoformat()}),
        ("in the future", Q(failed_at__gt=now), {"failed_after": (now + INSTANT).isoformat()}),
    )
    counted = [(words, entries.filter(when).order_by()[: MOST + 1].count(), times) for words, when, times in sides]
    return [side for side in counted if side[1]]
