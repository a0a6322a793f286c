"""Recall: takes requeues back whose jobs have not started."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Max

from dlq.db.statements import rows
from dlq.models import BackfillDlq, BulkOperation, Requeue
from dlq.operations.batch import Batch, BatchFinder, next_with_records
from dlq.operations.chunk import ChunkResult, refused
from dlq.operations.kind import Kind
from dlq.operations.reasons import Reason, Wording
from dlq.outcomes.job_states import states_of_requeues
from dlq.table.location import TABLE

REASONS_OF_STATES = {
    Requeue.Outcome.RECOVERED: "recall_finished",
    Requeue.Outcome.FAILED_AGAIN: "recall_returned",
    Requeue.Outcome.LOST: "recall_returned",
    Requeue.Outcome.UNKNOWN: "recall_finished",
    Requeue.Outcome.GONE: "recall_gone",
    "running": "recall_started",
    "retrying": "recall_started",
}


class RecallKind(Kind):
    name = "recall"
    permission = "dlq.requeue_backfilldlq"
    done = "recalled from the queue"
    settles_first = True
    reasons = {
        "recall_none": Wording("there is no requeue of it to recall"),
        "recall_finished": Wording("its job {about} has run already", "have run already"),
        "recall_returned": Wording("its job {about} failed again", "failed again"),
        "recall_gone": Wording("its job {about} was recalled or replaced before", "were recalled or replaced before"),
        "recall_started": Wording(
            "its job {about} is running, or has failed and will be tried again",
            "running, or failed and to be tried again",
        ),
        "recall_replaced": Wording(
            "its job {about} took the place of a waiting one, which can't be brought back",
            "took the place of a waiting job, which can't be brought back",
        ),
        "recall_entry": Wording(
            "the failed job is no longer in the table, so its job {about} is all that is left of it",
            "the failed job is no longer in the table",
        ),
    }

    def next_batch(self, operation: BulkOperation, finder: BatchFinder) -> Batch:
        unsettled = Requeue.Outcome.UNSETTLED
        return next_with_records(operation, Requeue.objects.filter(operation=operation.undoes_id, outcome=unsettled))

    def act(self, operation: BulkOperation, ids: Sequence[int]) -> ChunkResult:
        """Recall what has not started; everything else stays as it is, with the reason."""
        latest = Requeue.objects.filter(entry_id__any_of=list(ids))
        if operation.undoes_id:
            latest = latest.filter(operation=operation.undoes_id)
        by_entry = dict(latest.order_by().values_list("entry_id").annotate(Max("id")))
        job_of = dict(rows(TABLE.statement("operations/kinds/recall/lock"), {"requeues": list(by_entry.values())}))
        recalled: set[int] = set()

        def recall(part: Sequence[int]) -> None:
            requeues = [by_entry[entry] for entry in part]
            act = {"jobs": [job_of[requeue] for requeue in requeues], "requeues": requeues, "operation": operation.pk}
            recalled.update(entry for (entry,) in rows(TABLE.statement("operations/kinds/recall/act"), act))

        locked = sorted(entry for entry, requeue in by_entry.items() if requeue in job_of)
        failed = refused(locked, recall) if locked else {}
        left = sorted(set(ids) - recalled - set(failed))
        return ChunkResult(len(recalled), _why_not({entry: by_entry.get(entry) for entry in left}), failed)

    def to_undo(self, operation: BulkOperation | None) -> int:
        return Requeue.objects.filter(operation=operation, outcome=Requeue.Outcome.UNSETTLED).count()


def _why_not(requeue_of: dict[int, int | None]) -> dict[int, Reason]:
    """For each entry the reason why its requeue can't be recalled."""
    requeues = Requeue.objects.in_bulk([requeue for requeue in requeue_of.values() if requeue])
    states = states_of_requeues(list(requeues))
    present = set(BackfillDlq.objects.filter(id__any_of=list(requeue_of)).values_list("pk", flat=True))
    reasons = {}
    for entry, pk in requeue_of.items():
        requeue = requeues.get(pk or 0)
        if requeue is None:
            reasons[entry] = Reason("recall_none")
            continue
        state = states[requeue.pk].state if requeue.pk in states else requeue.outcome
        code = REASONS_OF_STATES.get(state)
        if code is None and requeue.replaced:
            code = "recall_replaced"
        elif code is None and entry not in present:
            code = "recall_entry"
        # Waiting, and yet not taken: a worker or somebody else had it locked at that moment.
        reasons[entry] = Reason(code or "recall_started", str(requeue.job_id))
    return reasons
