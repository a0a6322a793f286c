"""The queue beside the table: what this database role sees of it."""

from __future__ import annotations

from datetime import datetime

from dlq.db.statements import rows, scalar
from dlq.table.location import TABLE


def queue_is_visible() -> bool:
    """Whether this role sees the jobs. Where it does not, a missing job says nothing, and no outcome may be concluded."""
    found = rows(TABLE.statement("table/queue_visible"), {"schema": TABLE.schema})
    return bool(found and found[0][0])


def oldest_due() -> datetime | None:
    """Since when the oldest job that may run has been waiting in the queue."""
    due: datetime | None = scalar(TABLE.statement("table/oldest_due"))
    return due
