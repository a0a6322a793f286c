"""Requeue of everything that matches a filter, against the library's way in the same run."""

from __future__ import annotations

from functools import partial
from statistics import median

from django.http import QueryDict

from bench.figures import Figure
from bench.fill import BIG_TASKS, OTHER_TASK
from bench.library import requeue_one_by_one
from bench.timing import seconds_of
from dlq.filters import DlqFilterSet
from dlq.models import BackfillDlq, BulkOperation
from dlq.services.confirmation import Confirmation, begin
from dlq.services.operations import advance

LIBRARY_ENTRIES = 500
TIMES_AS_FAST = 20
BUDGET = 600.0
"""Seconds; more than any machine should need."""


def measure() -> list[Figure]:
    """Medians of as many rounds as there are big tasks, ours and the library's in turn.

    The library's way waits for the disk twice an entry, and a disk's good and bad moments must not decide.
    """
    ids = list(BackfillDlq.objects.filter(task_identifier=OTHER_TASK).values_list("pk", flat=True)[:LIBRARY_ENTRIES])
    theirs, ours, number = [], [], 0
    for round_number, task in enumerate(BIG_TASKS):
        part = ids[round_number :: len(BIG_TASKS)]
        theirs.append(len(part) / seconds_of(partial(requeue_one_by_one, part)))
        number = BackfillDlq.objects.filter(task_identifier=task).count()
        ours.append(number / seconds_of(partial(_requeue_task, task, number)))
    print(f"entries/s, the library's way: {_rates(theirs)}; ours: {_rates(ours)}", flush=True)
    ratio = median(ours) / median(theirs)
    return [
        Figure(f"requeue, the library's way, {len(ids):,} entries", f"{median(theirs):,.0f} entries/s", "1 x"),
        Figure(
            f"requeue, {number:,} matching entries",
            f"{median(ours):,.0f} entries/s",
            f"{ratio:.0f} x",
            f"at least {TIMES_AS_FAST} x",
            ratio >= TIMES_AS_FAST,
        ),
    ]


def _requeue_task(task: str, expected: int) -> None:
    """What the pages call, from the confirmation to the end."""
    filterset = DlqFilterSet(QueryDict(f"task_identifier={task}"))
    confirmation = Confirmation.of(BulkOperation.Kind.REQUEUE, 1, filterset=filterset)
    operation, _new = begin(confirmation.counted(expected), actor="bench")
    operation = advance(operation.pk, BUDGET)
    if operation.state != BulkOperation.State.DONE or operation.done_count != expected:
        raise AssertionError(f"the requeue did {operation.done_count} of {expected} entries, state {operation.state}")


def _rates(rates: list[float]) -> str:
    return ", ".join(f"{rate:,.0f}" for rate in rates)
