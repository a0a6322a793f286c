"""What an operation did, in a sentence. The numbers are those that its statements returned."""

from __future__ import annotations

from dlq.models import BulkOperation, OperationEntry
from dlq.operations.kinds import done_to, in_words
from dlq.operations.reasons import Reason
from dlq.web.formatting import failed_jobs


def report(operation: BulkOperation, *, with_reasons: bool = True) -> str:
    """For example "Requeued: 12 failed jobs. 1 skipped: job 7 with the same key waits in the queue.".

    The reason may quote the entry (`pages/entry_texts.py`).
    """
    done = failed_jobs(operation.failures_done)
    if operation.along_count:
        done += f", with {operation.along_count:,} earlier {'life' if operation.along_count == 1 else 'lives'}"
    sentences = [f"{done_to(operation.kind)}: {done}."]
    for count, result in (
        (operation.skipped_count, OperationEntry.Result.SKIPPED),
        (operation.failed_count, OperationEntry.Result.FAILED),
    ):
        if count == 1 and with_reasons:
            problem = operation.entries.filter(result=result)[0]
            sentences.append(f"1 {result.label}: {in_words(Reason(problem.code, problem.about))}.")
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
