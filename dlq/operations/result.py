"""What came of an operation, in numbers: outcomes of its requeues, reasons of what it left, what arrived since."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, Max, OuterRef, QuerySet
from django.db.models.functions import Now

from dlq.db.limits import in_time
from dlq.filters import DlqFilterSet
from dlq.models import BulkOperation, OperationEntry, Requeue
from dlq.outcomes.job_states import states_of_requeues

MOST_LOOKED_UP = 10_000
"""Unsettled requeues whose jobs are looked up in the queue each time somebody looks; of more only the number is said."""
MOST_ARRIVALS = 1_000
SECONDS = 1.0


@dataclass(frozen=True)
class ReasonCount:
    """How many entries an operation left as they were for one reason."""

    result: str
    code: str
    count: int


def outcome_counts(operation: BulkOperation) -> Counter[str]:
    """How many of the requeued jobs are in each state: stored outcomes, and of the rest the jobs' states of this moment."""
    requeues = Requeue.objects.filter(operation=operation).order_by()
    counts = Counter(dict(requeues.values_list("outcome").annotate(Count("pk"))))
    if not 0 < counts[Requeue.Outcome.UNSETTLED] <= MOST_LOOKED_UP:
        return +counts
    unsettled = list(requeues.filter(outcome=Requeue.Outcome.UNSETTLED).values_list("pk", flat=True))
    states = in_time(SECONDS, lambda: states_of_requeues(unsettled))
    if states:
        counts[Requeue.Outcome.UNSETTLED] -= len(states)
        counts += Counter(state.state for state in states.values())
    return +counts


def last_due(operation: BulkOperation) -> datetime | None:
    """When the last of its jobs will be due; None where all are, or that takes too long to find out."""
    later = Requeue.objects.filter(operation=operation, outcome=Requeue.Outcome.UNSETTLED, run_at__gt=Now())
    return in_time(SECONDS, lambda: later.aggregate(last=Max("run_at"))["last"])


def problems_of(operation: BulkOperation) -> QuerySet[OperationEntry]:
    """What it did not do: a record for each entry that it skipped or failed to act on."""
    return OperationEntry.objects.filter(operation=operation).exclude(result=OperationEntry.Result.DONE)


def reason_counts(operation: BulkOperation) -> list[ReasonCount]:
    """Why entries were skipped or failed, the most frequent reason first."""
    groups = (
        problems_of(operation)
        .order_by()
        .values_list("result", "code")
        .annotate(count=Count("pk"))
        .order_by("-count", "code")
    )
    return [ReasonCount(*group) for group in groups]


def arrived_since(operation: BulkOperation) -> int | None:
    """How many failed after the confirmation page was shown and match its filter, counted up to MOST_ARRIVALS + 1.

    What its own jobs came back as is not new. None for ticked entries, and where counting takes too long.
    """
    if operation.entry_ids is not None or operation.undoes_id:
        return None
    its_own = Requeue.objects.filter(operation=operation, job_id=OuterRef("original_job_id"))
    matching = DlqFilterSet.of_pairs(operation.filter, sees_all=operation.sees_all).qs.filter(
        ~Exists(its_own), failed_at__gt=operation.frozen_at, failed_at__lte=Now()
    )
    return in_time(SECONDS, lambda: matching.order_by()[: MOST_ARRIVALS + 1].count())
