"""The filters that ask what was done with an entry: its status, and the operations that it was part of."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, Value
from django.db.models.lookups import Exact

from dlq.filters.conditions import Condition
from dlq.models import ChainLife, OperationEntry, Requeue
from dlq.models.entry_status import SUPERSEDED, EntryStatus, EntryUncertainty, IsSuperseded, WasRequeued
from dlq.table.indexes import TableState

Outcome = Requeue.Outcome

NEW, REQUEUED, OPEN, ONCE, ANY, UNCERTAIN = "new", "requeued", "open", "once", "any", "uncertain"
FAILED_AGAIN = str(Outcome.FAILED_AGAIN)
FROM_RECORDS = frozenset({Outcome.RECOVERED, Outcome.LOST, Outcome.UNKNOWN, Outcome.GONE})
"""What only our own records tell, and they are found by index."""
STATUSES: dict[str, str] = {
    OPEN: "all but recovered",
    ONCE: "any, each failure once",
    ANY: "any",
    NEW: "new",
    REQUEUED: "requeued, not known yet",
    Outcome.FAILED_AGAIN: "failed again",
    Outcome.RECOVERED: "recovered",
    Outcome.LOST: "lost",
    Outcome.UNKNOWN: "unknown",
    Outcome.GONE: "recalled or replaced",
    SUPERSEDED: "earlier lives of others",
    UNCERTAIN: "uncertain: its last attempt may have succeeded",
}
"""The values of `status`. An entry has one of those from new to superseded, and beside it may be uncertain. The first three are
for looking at several of them: `open` and `once` leave out earlier lives, so that a failure is there, and counts, once; `any` is
every row of the table."""

EVERYTHING = ~Q(pk__in=())


class StatusCondition(Condition):
    def is_in_force(self, text: str) -> bool:
        return text not in (ANY, ONCE)

    def is_found_by_index(self, state: TableState, values: list[Any]) -> bool:
        return set(values) <= FROM_RECORDS | {SUPERSEDED}

    def is_wide(self, values: list[Any]) -> bool:
        return set(values) <= {OPEN, ONCE, ANY}

    def words(self, text: str, value: Any) -> str:
        return STATUSES[text]


def has_status(status: str) -> Q:
    if status == ANY:
        return EVERYTHING
    if status == SUPERSEDED:
        return Q(IsSuperseded(), pk__in=ChainLife.objects.values("entry_id"))
    # Apart from the status itself: PostgreSQL finds out at once for all of them, or one by one, as it is cheaper.
    stands, is_it = ~Q(IsSuperseded()), EntryStatus(stands=True)
    if status == ONCE:
        return stands
    if status == OPEN:
        return stands & ~Q(Exact(is_it, Value(Outcome.RECOVERED.value)))
    if status == UNCERTAIN:
        return stands & Q(EntryUncertainty())
    found = stands & Q(Exact(is_it, Value(status)))
    if status in FROM_RECORDS:
        found &= Q(pk__in=Requeue.objects.filter(outcome=status).values("entry_id"))
    return found


def was_requeued(yes: bool) -> Q:
    return Q(WasRequeued()) if yes else ~Q(WasRequeued())


def requeued_by(operation: int) -> Q:
    return Q(pk__in=Requeue.objects.filter(operation=operation).values("entry_id"))


def returned_from(operation: int) -> Q:
    """Those that its requeued jobs came back as."""
    return Q(pk__in=Requeue.objects.filter(operation=operation, returned_as__isnull=False).values("returned_as"))


def left_by(operation: int) -> Q:
    """Those that the operation skipped or failed to act on."""
    left = OperationEntry.objects.filter(operation=operation).exclude(result=OperationEntry.Result.DONE)
    return Q(pk__in=left.values("entry_id"))
