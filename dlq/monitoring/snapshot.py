"""The stored numbers of the whole table: taken every few minutes by the caretaker, or when somebody asks."""

from __future__ import annotations

import logging
import time
from dataclasses import asdict

from dlq.db.limits import TimedOut, time_limit
from dlq.db.statements import scalar
from dlq.models import TableSnapshot
from dlq.monitoring.totals import count_table
from dlq.table.location import TABLE

logger = logging.getLogger("dlq")

OLDEST_SECONDS = 300
"""How old a caretaker at work lets it grow."""
LONGEST_COUNT = 60.0
"""Seconds that the caretaker may count, for its other duties wait; a page may only for the statement timeout."""
EVERY_SECONDS = OLDEST_SECONDS - LONGEST_COUNT - 10
"""Started so early that it is there in time, even if it takes as long as it may and other duties come first."""
TASKS = 100
"""Tasks kept by name: what a monitor can use."""
LOCK = "SELECT pg_try_advisory_xact_lock(hashtext('dlq.snapshot'))"


def newest_snapshot() -> TableSnapshot | None:
    return TableSnapshot.objects.order_by("-as_of").first()


def take_snapshot(*, seconds: float = LONGEST_COUNT) -> TableSnapshot | None:
    """Count the whole table and keep the numbers instead of the former ones.

    None where somebody else is counting already. Raises TimedOut if it takes longer than `seconds`.
    """
    with time_limit(seconds):
        if not scalar(LOCK):
            return None
        started = time.monotonic()
        stats = count_table(TABLE, tasks=TASKS)
        snapshot = TableSnapshot.objects.create(**asdict(stats), seconds=time.monotonic() - started)
        TableSnapshot.objects.exclude(pk=snapshot.pk).delete()
        return snapshot


def count_the_table(*, seconds: float = LONGEST_COUNT) -> int:
    """The caretaker's duty: the number of entries counted, 0 where it took too long or somebody else counts."""
    try:
        taken = take_snapshot(seconds=seconds)
    except TimedOut:
        logger.warning("counting the whole of %s took longer than %g s and was stopped", TABLE.regclass, seconds)
        return 0
    return taken.total_jobs if taken else 0
