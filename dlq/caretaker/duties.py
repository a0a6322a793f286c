"""What has to be done when nobody looks, and how often."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dlq.caretaker.backoff import Backoff
from dlq.caretaker.pruning import prune
from dlq.db.database import connection
from dlq.models import BulkOperation
from dlq.monitoring import snapshot
from dlq.monitoring.tallies import fold_tallies
from dlq.operations.runner import advance_or_pause
from dlq.outcomes.settling import settle
from dlq.patterns.classifier import classify
from dlq.patterns.upkeep import mask_kept_texts, purge_coarse_keys
from dlq.trash.purge import purge_trash

CHUNKS_BUDGET = 1.0
"""Seconds for one operation before the next one has its turn."""
SETTLE_EVERY = 2.0
"""Seconds: what became of a job is told from what was seen of it, and a worker of the library deletes it when it starts."""
SETTLE_BUDGET = 1.0
CLASSIFY_BUDGET = 2.0
PRUNE_BUDGET = 10.0


@dataclass(frozen=True)
class PeriodicDuty:
    """Something to do every so many seconds. Caretakers beside each other must not harm: each duty locks what it works on.

    `do` returns how much it did, for the log.
    """

    name: str
    every: float
    do: Callable[[], int]


OPERATIONS = Backoff()
"""Of this process: an operation that the database has no room for now is not tried each second."""


def drive_operations() -> int:
    """Give each operation under way a turn, whatever becomes of the others. Returns the number of entries handled."""
    handled = 0
    for operation in BulkOperation.objects.filter(state__in=BulkOperation.UNDER_WAY).order_by("pk"):
        name = str(operation)
        if not OPERATIONS.is_due(name):
            continue
        try:
            handled += advance_or_pause(operation.pk, CHUNKS_BUDGET).handled_count - operation.handled_count
        except Exception as error:
            if not connection.is_usable():
                raise
            OPERATIONS.failed(name, 1, error)
        else:
            OPERATIONS.succeeded(name, 0)
    return handled


DUTIES: tuple[PeriodicDuty, ...] = (
    PeriodicDuty("drive operations", 1, drive_operations),
    PeriodicDuty("settle outcomes", SETTLE_EVERY, lambda: settle(SETTLE_BUDGET)),
    PeriodicDuty("group into patterns", 5, lambda: classify(CLASSIFY_BUDGET).entries),
    PeriodicDuty("purge coarse keys", 3600, purge_coarse_keys),
    PeriodicDuty("mask what patterns keep", 3600, mask_kept_texts),
    PeriodicDuty("purge the trash", 3600, purge_trash),
    PeriodicDuty("prune old records", 3600, lambda: prune(PRUNE_BUDGET)),
    PeriodicDuty("fold tallies", 60, fold_tallies),
    PeriodicDuty("count the table", snapshot.EVERY_SECONDS, snapshot.count_the_table),
)
