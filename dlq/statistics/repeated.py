"""Entries that failed again and again of late, which the library's guide tells to look at first."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import QuerySet

from dlq.models import BackfillDlq

MORE_THAN = 5
"""Failures."""
WITHIN = timedelta(hours=24)


def count_repeated(entries: QuerySet[BackfillDlq], now: datetime) -> int:
    return entries.filter(failed_at__gte=now - WITHIN, failed_at__lte=now, failure_count__gt=MORE_THAN).count()
