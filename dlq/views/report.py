"""What an operation did, in a sentence. The numbers are those that its statements returned."""

from __future__ import annotations

from django.utils.text import capfirst

from dlq.models import BulkOperation, OperationEntry
from dlq.reasons import Reason

Kind = BulkOperation.Kind

DONE = {
    Kind.REQUEUE: "requeued",
    Kind.DELETE: "moved to the trash",
    Kind.NOTE: "given the note",
    Kind.RESTORE: "put back from the trash",
    Kind.RECALL: "taken back from the queue",
}


def entries(count: int) -> str:
    return f"{count:,} failed job{'' if count == 1 else 's'}"


def report(operation: BulkOperation) -> str:
    """For example "Requeued: 12 failed jobs. 2 skipped: job 7 with the same key waits in the queue (2)."."""
    sentences = [f"{capfirst(DONE[Kind(operation.kind)])}: {entries(operation.done_count)}."]
    for count, result in (
        (operation.skipped_count, OperationEntry.Result.SKIPPED),
        (operation.failed_count, OperationEntry.Result.FAILED),
    ):
        if count == 1:
            problem = operation.entries.filter(result=result)[0]
            sentences.append(f"1 {result.label}: {Reason(problem.code, problem.about)}.")
        elif count:
            sentences.append(f"{count:,} {result.label}.")
    if unmatched := no_longer_matching(operation):
        sentences.append(f"{unmatched:,} no longer matched when their turn came, and were left alone.")
    return " ".join(sentences)


def no_longer_matching(operation: BulkOperation) -> int:
    """Of those that the confirmation page counted, how many were not met again."""
    if operation.state != BulkOperation.State.DONE or operation.expected is None:
        return 0
    return max(operation.expected - operation.handled_count, 0)
