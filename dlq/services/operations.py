"""Operations from confirmation to end: begun once, advanced chunk by chunk by whoever drives, never in memory only."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from functools import wraps

from django.db import DatabaseError, InterfaceError, OperationalError, transaction
from django.utils import timezone
from psycopg.errors import DeadlockDetected, SerializationFailure

from dlq.models import BulkOperation, OperationEntry
from dlq.models.backfilldlq import TABLE
from dlq.services.ahead import Ahead
from dlq.services.canary import judge
from dlq.services.chunk import Outcome, Window, boldly, is_an_obstacle, next_window
from dlq.services.delete import delete_chunk
from dlq.services.notes import note_chunk
from dlq.services.outcomes import settle_arrivals
from dlq.services.recall import next_to_recall, recall_chunk
from dlq.services.requeue import requeue_chunk
from dlq.services.selection import UnreadableFilter
from dlq.services.trash import next_in_trash, restore_chunk
from dlq.sql import statement

Kind = BulkOperation.Kind
State = BulkOperation.State

ACTS: Mapping[str, Callable[[BulkOperation, Sequence[int]], Outcome]] = {
    Kind.REQUEUE: requeue_chunk,
    Kind.DELETE: delete_chunk,
    Kind.NOTE: note_chunk,
    Kind.RESTORE: restore_chunk,
    Kind.RECALL: recall_chunk,
}
"""What each kind does with one chunk of locked entries."""

WINDOWS: Mapping[str, Callable[[BulkOperation, Ahead], Window]] = {
    Kind.RESTORE: next_in_trash,
    Kind.RECALL: next_to_recall,
}
"""Where the kinds that take something back find their next entries; the others find them in the table."""

DEADLOCK_TRIES = 5
PROGRESS = (
    "cursor",
    "done_count",
    "skipped_count",
    "failed_count",
    "next_run_at",
    "state",
    "watching_since",
    "work_seconds",
    "advanced_at",
    "finished_at",
)


def advance(operation_id: int, budget: float) -> BulkOperation:
    """Do chunks until the operation is done, paused, or `budget` seconds are spent. Returns it as it is then.

    Each chunk is one transaction. Any number of drivers may call this at once: a chunk that another one is at is left
    to that one, and this call returns.
    """
    deadline = time.monotonic() + budget
    fresh = BulkOperation.objects.filter(pk=operation_id, kind__in=(Kind.REQUEUE, Kind.RECALL), advanced_at=None)
    if fresh.exists():
        # Which entries came back as others is read from the stored outcomes: up to date as of the beginning.
        settle_arrivals()
    ahead = Ahead()
    while _one_chunk(operation_id, ahead) and time.monotonic() < deadline:
        pass
    return BulkOperation.objects.get(pk=operation_id)


def advance_or_pause(operation_id: int, budget: float) -> BulkOperation:
    """Advance it; where the database refuses for good, pause it with its words. What was done before is done and recorded.

    Raises where the database does not answer at all: the operation is as it was and goes on when it answers again.
    """
    try:
        return advance(operation_id, budget)
    except (DatabaseError, UnreadableFilter) as error:
        if isinstance(error, OperationalError | InterfaceError):
            raise
        words = str(error).strip().splitlines()[0]
        pause(operation_id, f"Paused, because it could not go on: {words}")
        return BulkOperation.objects.get(pk=operation_id)


def _retried(chunk: Callable[[int, Ahead], bool]) -> Callable[[int, Ahead], bool]:
    """Again after a deadlock or a serialization failure: PostgreSQL undid the transaction, nothing happened."""

    @wraps(chunk)
    def retrying(operation_id: int, ahead: Ahead) -> bool:
        for attempt in range(DEADLOCK_TRIES):
            try:
                return chunk(operation_id, ahead)
            except OperationalError as error:
                if not isinstance(error.__cause__, DeadlockDetected | SerializationFailure):
                    raise
                if attempt == DEADLOCK_TRIES - 1:
                    raise
        raise AssertionError  # the loop returns or raises

    return retrying


@_retried
def _one_chunk(operation_id: int, ahead: Ahead) -> bool:
    """Do one chunk. Returns whether there may be more for this driver to do.

    Boldly at first; from the first obstacle on carefully, as a table that has one mostly has more.
    """
    if not ahead.is_careful:
        try:
            with boldly():
                return _chunk(operation_id, ahead)
        except DatabaseError as error:
            if not is_an_obstacle(error):
                raise
            ahead.is_careful = True
    return _chunk(operation_id, ahead)


def _chunk(operation_id: int, ahead: Ahead) -> bool:
    """One chunk in one transaction.

    Three steps, each a statement of its own in READ COMMITTED, so that each sees what happened while the one before
    waited: lock the operation (its cursor is taken from there), lock the entries, decide and act.
    """
    begun = time.monotonic()
    with transaction.atomic():
        operation = _locked(operation_id)
        if operation is None:
            return False
        operation.advanced_at = timezone.now()
        if operation.state == State.WATCHING:
            operation.save(update_fields=("advanced_at",))
            return judge(operation)
        window = WINDOWS.get(operation.kind, next_window)(operation, ahead)
        outcome = ACTS[operation.kind](operation, window.locked) if window.locked else Outcome()
        outcome.skipped |= window.skipped
        operation.work_seconds += time.monotonic() - begun
        _record(operation, outcome, window)
    return operation.state == State.RUNNING


def _locked(operation_id: int) -> BulkOperation | None:
    """The operation as it is now, locked; None if it is not under way, or another driver has it."""
    parameters = {"operation": operation_id, "states": list(BulkOperation.UNDER_WAY)}
    return next(iter(BulkOperation.objects.raw(statement("operation/lock", TABLE), parameters)), None)


def _record(operation: BulkOperation, outcome: Outcome, window: Window) -> None:
    """Write down what became of the chunk, in the chunk's own transaction."""
    now = timezone.now()
    OperationEntry.objects.bulk_create(
        OperationEntry(
            operation=operation, entry_id=entry, result=result, code=why.code, about=why.about, created_at=now
        )
        for result, reasons in (
            (OperationEntry.Result.SKIPPED, outcome.skipped),
            (OperationEntry.Result.FAILED, outcome.failed),
        )
        for entry, why in sorted(reasons.items())
    )
    operation.cursor = window.cursor
    operation.done_count += outcome.done
    operation.skipped_count += len(outcome.skipped)
    operation.failed_count += len(outcome.failed)
    if operation.canary_left == 0:
        operation.state, operation.watching_since = State.WATCHING, now
    elif window.is_last:
        operation.state, operation.finished_at = State.DONE, now
    operation.save(update_fields=PROGRESS)


def pause(operation_id: int, why: str) -> bool:
    """Stop at the end of the chunk that is being done; `why` is a sentence. Returns whether it was under way."""
    return _move(operation_id, BulkOperation.UNDER_WAY, State.PAUSED, why)


def resume(operation_id: int, why: str) -> bool:
    """Go on with a paused operation; one that watched its first ones goes on without waiting for them."""
    return _move(operation_id, (State.PAUSED,), State.RUNNING, why)


def cancel(operation_id: int, why: str) -> bool:
    """End it where it is. What it has done stays done."""
    return _move(
        operation_id, (*BulkOperation.UNDER_WAY, State.PAUSED), State.CANCELLED, why, finished_at=timezone.now()
    )


def _move(operation_id: int, states: Sequence[str], state: str, why: str, **details: object) -> bool:
    changes = {"state": state, "state_reason": why, **details}
    return bool(BulkOperation.objects.filter(pk=operation_id, state__in=states).update(**changes))
