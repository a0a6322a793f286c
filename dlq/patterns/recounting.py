"""Keeps out of the patterns' counts what recovered, and earlier lives of chains. Within the classifier's transactions."""

from __future__ import annotations

from typing import Any

from dlq.db.statements import scalar
from dlq.models.entry_status import entry_status
from dlq.table.location import TABLE

LATEST_REQUEUES = 10_000
"""Whose entries are looked at each time: with them it changes within minutes, others are met by going round."""
REQUEUED = "SELECT DISTINCT entry_id FROM (SELECT entry_id FROM dlq_requeue ORDER BY id DESC LIMIT %(limit)s) AS latest"
NEXT = "SELECT entry_id FROM dlq_entrypattern WHERE entry_id > (%(after)s)::bigint ORDER BY entry_id LIMIT %(limit)s"


def recount_requeued() -> int:
    """Of the latest requeues. Returns of how many entries the count was corrected."""
    return _recount(REQUEUED, limit=LATEST_REQUEUES)


def recount_next(after: int, limit: int) -> int:
    """Of the next grouped entries by id."""
    return _recount(NEXT, after=after, limit=limit)


def _recount(entries: str, **parameters: Any) -> int:
    statement = TABLE.statement("patterns/recount", entries=entries, status=entry_status("e"))
    corrected: int = scalar(statement, parameters)
    return corrected
