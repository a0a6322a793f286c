"""The filters that ask what was done with an entry: its status, and the operations that it was part of."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, Value
from django.db.models.lookups import Exact

from dlq.filters.conditions import Condition
from dlq.models import OperationEntry, Requeue
from dlq.models.entry_status import EntryStatus
from dlq.models.entry_uncertainty import EntryUncertainty
from dlq.table.indexes import TableState

Outcome = Requeue.Outcome

NEW, REQUEUED, OPEN, ANY, UNCERTAIN = "new", "requeued", "open", "any", "uncertain"
FROM_RECORDS = frozenset({Outcome.RECOVERED, Outcome.LOST, Outcome.UNKNOWN, Outcome.GONE})
"""What only our own records tell, and they are found by index."""
STATUSES: dict[str, str] = {
    OPEN: "all but recovered",
    ANY: "any",
    NEW: "new",
    REQUEUED: "requeued, not known yet",
    Outcome.FAILED_AGAIN: "failed again",
    Outcome.RECOVERED: "recovered",
    Outcome.LOST: "lost",
    Outcome.UNKNOWN: "unknown",
    Outcome.GONE: "recalled or replaced",
    UNCERTAIN: "uncertain: its last attempt may have succeeded",
}
"""The values of `status`. An entry has one of them from new to gone; the first two are for looking at several of them, and
uncertain it is or not beside its status."""

EVERYTHING = ~Q(pk__in=())


class StatusCondition(Condition):
    def is_in_force(self, text: str) -> bool:
        return text != ANY

    def is_found_by_index(self, state: TableState, values: list[Any]) -> bool:
        return set(values) <= FROM_RECORDS

    def is_wide(self, values: list[Any]) -> bool:
        return set(values) <= {OPEN, ANY}

    def words(self, text: str, value: Any) -> str:
        return STATUSES[text]


def has_status(status: str) -> Q:
    if status == ANY:
        return EVERYTHING
    if status == OPEN:
        return ~Q(Exact(EntryStatus(), Value(Outcome.RECOVERED.value)))
    if status == UNCERTAIN:
        return Q(EntryUncertainty())
    is_it = Q(Exact(EntryStatus(), Value(status)))
    if status in FROM_RECORDS:
        is_it &= Q(pk__in=Requeue.objects.filter(outcome=status).values("entry_id"))
    return is_it


def requeued_by(operation: int) -> Q:
    return Q(pk__in=Requeue.objects.filter(operation=operation).values("entry_id"))


def left_by(operation: int) -> Q:
    """Those that the operation skipped or failed to act on."""
    left = OperationEntry.objects.filter(operation=operation).exclude(result=OperationEntry.Result.DONE)
    return Q(pk__in=left.values("entry_id"))
