"""Operations from confirmation to end: begun once, advanced chunk by chunk by whoever drives, never in memory only."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from functools import wraps

from django.db import OperationalError, transaction
from django.utils import timezone
from psycopg.errors import DeadlockDetected, SerializationFailure

from dlq.conf import conf
from dlq.models import BulkOperation, OperationEntry
from dlq.services.chunk import Outcome, Window, next_window
from dlq.services.delete import delete_chunk, next_in_trash, restore_chunk
from dlq.services.notes import note_chunk
from dlq.services.requeue import requeue_chunk

Kind = BulkOperation.Kind
State = BulkOperation.State

ACTS: Mapping[str, Callable[[BulkOperation, Sequence[int]], Outcome]] = {
    Kind.REQUEUE: requeue_chunk,
    Kind.DELETE: delete_chunk,
    Kind.NOTE: note_chunk,
    Kind.RESTORE: restore_chunk,
}
"""What each kind does with one chunk of locked entries."""

DEADLOCK_TRIES = 5


def advance(operation_id: int, budget: float) -> BulkOperation:
    """Do chunks until the operation is done or `budget` seconds are spent. Returns it as it is then.

    Each chunk is one transaction. Any number of drivers may call this at once: a chunk that another one is at is left
    to that one, and this call returns.
    """
    deadline = time.monotonic() + budget
    while _one_chunk(operation_id) and time.monotonic() < deadline:
        pass
    return BulkOperation.objects.get(pk=operation_id)


def _retried(chunk: Callable[[int], bool]) -> Callable[[int], bool]:
    """Again after a deadlock or a serialization failure: PostgreSQL undid the transaction, nothing happened."""

    @wraps(chunk)
    def retrying(operation_id: int) -> bool:
        for attempt in range(DEADLOCK_TRIES):
            try:
                return chunk(operation_id)
            except OperationalError as error:
                if not isinstance(error.__cause__, DeadlockDetected | SerializationFailure):
                    raise
                if attempt == DEADLOCK_TRIES - 1:
                    raise
        raise AssertionError  # the loop returns or raises

    return retrying


@_retried
def _one_chunk(operation_id: int) -> bool:
    """Do one chunk. Returns whether there may be more for this driver to do.

    Three steps, each a statement of its own in READ COMMITTED, so that each sees what happened while the one before
    waited: lock the operation (its cursor is taken from there), lock the entries, decide and act.
    """
    with transaction.atomic():
        running = BulkOperation.objects.filter(pk=operation_id, state=State.RUNNING)
        operation = running.select_for_update(skip_locked=True, of=("self",)).first()
        if operation is None:
            return False
        window = _next_window(operation)
        if window.is_empty:
            operation.state = State.DONE
            operation.finished_at = timezone.now()
            operation.save(update_fields=("state", "finished_at"))
            return False
        outcome = ACTS[operation.kind](operation, window.locked) if window.locked else Outcome()
        outcome.skipped |= window.skipped
        _record(operation, outcome, window.cursor)
    return True


def _next_window(operation: BulkOperation) -> Window:
    if operation.kind != Kind.RESTORE:
        return next_window(operation)
    ids = next_in_trash(operation, conf.CHUNK_SIZE)
    return Window(ids, {}, max(ids, default=operation.cursor))


def _record(operation: BulkOperation, outcome: Outcome, cursor: int) -> None:
    """Write down what became of the chunk, in the chunk's own transaction."""
    now = timezone.now()
    OperationEntry.objects.bulk_create(
        OperationEntry(operation=operation, entry_id=entry, result=result, reason=text, created_at=now)
        for result, reasons in (
            (OperationEntry.Result.SKIPPED, outcome.skipped),
            (OperationEntry.Result.FAILED, outcome.failed),
        )
        for entry, text in sorted(reasons.items())
    )
    operation.cursor = cursor
    operation.done_count += len(outcome.done)
    operation.skipped_count += len(outcome.skipped)
    operation.failed_count += len(outcome.failed)
    operation.save(update_fields=("cursor", "done_count", "skipped_count", "failed_count"))
