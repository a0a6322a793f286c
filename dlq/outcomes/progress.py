"""How far the settling of outcomes has come."""

from __future__ import annotations

from datetime import datetime, timedelta

from dlq.db.statements import scalar
from dlq.models import DutyProgress
from dlq.table.location import TABLE

DUTY = "outcomes"
ROUND = "outcomes: round"
"""The round under way over all open requeues: since when, and how far by id."""
LOOKED = "outcomes: looked at"
"""Since when the last complete round was: each requeue open since before has been looked at in the queue after that time."""
OVERLAP = timedelta(minutes=10)
"""How long a transaction that moves jobs may have been open: its entries carry the time of its beginning."""


def settled_until() -> datetime | None:
    """As of when the stored outcomes are; None where no caretaker has settled any yet."""
    return DutyProgress.objects.filter(pk=DUTY).values_list("reached", flat=True).first()


def unmatched_since() -> datetime | None:
    """From when on arrivals may not have been matched yet; None before the first requeue."""
    since: datetime | None = scalar(TABLE.statement("outcomes/unmatched_since"), {"duty": DUTY, "overlap": OVERLAP})
    return since
