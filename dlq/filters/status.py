"""The filters that ask what was done with an entry: its status, and the operations that it was part of."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet, Value
from django.db.models.lookups import Exact, In

from dlq.filters.conditions import Condition
from dlq.models import ChainLife, OperationEntry, Requeue
from dlq.models.entry_status import SUPERSEDED, EntryStatus, IsSuperseded
from dlq.table.indexes import TableState

Outcome = Requeue.Outcome

NEW, REQUEUED, OPEN, ONCE, ANY = "new", "requeued", "open", "once", "any"
STATUSES: dict[str, str] = {
    OPEN: "all but recovered",
    ONCE: "any, each failure once",
    ANY: "any",
    NEW: "new",
    REQUEUED: "requeued, not known yet",
    Outcome.FAILED_AGAIN: "failed again",
    Outcome.RECOVERED: "recovered",
    Outcome.GONE: "recalled or replaced",
    SUPERSEDED: "earlier lives of others",
}
"""The values of `status`. An entry has one of the last six; the first three are for looking at several of them: `open` and
`once` leave out earlier lives, so that a failure is there, and counts, once; `any` is every row of the table."""

EVERYTHING = ~Q(pk__in=())


class StatusCondition(Condition):
    def is_in_force(self, text: str) -> bool:
        return text != ANY

    def is_found_by_index(self, state: TableState, values: list[Any]) -> bool:
        return set(values) <= {Outcome.RECOVERED, Outcome.GONE, SUPERSEDED}

    def is_wide(self, values: list[Any]) -> bool:
        return set(values) <= {OPEN, ONCE, ANY}

    def words(self, text: str, value: Any) -> str:
        return STATUSES[text]


def has_status(status: str) -> Q:
    if status == ANY:
        return EVERYTHING
    if status == OPEN:
        return ~Q(In(EntryStatus(), (Outcome.RECOVERED.value, SUPERSEDED)))
    if status == ONCE:
        return ~Q(IsSuperseded())
    if status == SUPERSEDED:
        return Q(IsSuperseded(), pk__in=ChainLife.objects.values("entry_id"))
    is_it = Q(Exact(EntryStatus(), Value(status)))
    if status in (Outcome.RECOVERED, Outcome.GONE):
        # Only our own records say so, and they are found by index.
        is_it &= Q(pk__in=_requeued(Requeue.objects.filter(outcome=status)))
    return is_it


def requeued_by(operation: int) -> Q:
    """Those that it requeued, and what stands for them since."""
    return Q(pk__in=_requeued(Requeue.objects.filter(operation=operation)))


def _requeued(requeues: QuerySet[Requeue]) -> QuerySet[Any, int]:
    """The entries of these requeues, and the other lives of their chains. A union, since an OR would read the whole table."""
    lives = ChainLife.objects.filter(entry_id__in=requeues.values("entry_id"))
    others = ChainLife.objects.filter(chain__in=lives.values("chain"))
    return requeues.order_by().values_list("entry_id", flat=True).union(others.values_list("entry_id", flat=True))


def left_by(operation: int) -> Q:
    """Those that the operation skipped or failed to act on."""
    left = OperationEntry.objects.filter(operation=operation).exclude(result=OperationEntry.Result.DONE)
    return Q(pk__in=left.values("entry_id"))
