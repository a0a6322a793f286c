"""Recall: takes requeues back whose jobs have not started."""

from __future__ import annotations

from collections.abc import Sequence

from dlq.models import BulkOperation, Requeue
from dlq.operations.batch import Batch, BatchFinder
from dlq.operations.chunk import ChunkResult
from dlq.operations.kind import Kind
from dlq.operations.kinds.recall.recalling import next_to_recall, recall_chunk
from dlq.operations.reasons import Wording


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
        return next_to_recall(operation)

    def act(self, operation: BulkOperation, ids: Sequence[int]) -> ChunkResult:
        return recall_chunk(operation, ids)

    def to_undo(self, operation: BulkOperation | None) -> int:
        return Requeue.objects.filter(operation=operation, outcome=Requeue.Outcome.UNSETTLED).count()
