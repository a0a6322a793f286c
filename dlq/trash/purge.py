"""Purge the trash of what was deleted more than DLQ_TRASH_DAYS ago."""

from __future__ import annotations

from datetime import timedelta

from dlq.conf import conf
from dlq.db.database import atomic
from dlq.db.statements import database_now, execute
from dlq.table.location import TABLE


def purge_trash() -> int:
    """Delete the rows of expired entries for good; that and by whom they were deleted is kept. Returns their number."""
    purged = 0
    before = database_now() - timedelta(days=conf.TRASH_DAYS)
    while True:
        with atomic():
            some = execute(TABLE.statement("trash/purge"), {"before": before, "limit": conf.CHUNK_SIZE})
        if not some:
            return purged
        purged += some
