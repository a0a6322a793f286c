"""Runs operations: chunk by chunk, by any driver, so that nothing is kept in memory only."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from functools import wraps

from django.db import DatabaseError, InterfaceError, OperationalError, transaction
from django.utils import timezone
from psycopg.errors import DeadlockDetected, SerializationFailure

from dlq.db.bisection import is_about_a_row, without_savepoints
from dlq.db.limits import lock_limit
from dlq.faults.diagnosis import fault_of
from dlq.models import BulkOperation, OperationEntry
from dlq.operations.batch import Batch, BatchFinder
from dlq.operations.canary import judge
from dlq.operations.chunk import ChunkResult
from dlq.operations.kinds import KINDS, UnknownKind, kind_of
from dlq.operations.selected import UnreadableFilter
from dlq.outcomes.settling import settle_arrivals
from dlq.redaction.texts import said_by
from dlq.table.location import TABLE

State = BulkOperation.State

logger = logging.getLogger("dlq")

EXPECTED = (DatabaseError, UnreadableFilter, UnknownKind)
"""What says by itself why an operation can't continue."""
CHUNK_SECONDS = 10.0
"""A chunk takes a tenth of a second, with large payloads a few. Who pauses an operation does not wait for longer."""
DEADLOCK_TRIES = 5
PROGRESS = (
    "cursor",
    "done_count",
    "skipped_count",
    "failed_count",
    "along_count",
    "next_run_at",
    "state",
    "watching_since",
    "work_seconds",
    "advanced_at",
    "finished_at",
)


class _Run:
    """One driver's work on an operation, chunk after chunk."""

    def __init__(self, operation_id: int) -> None:
        self.operation_id = operation_id
        self.finder = BatchFinder()
        self.has_savepoints = False
        """At first none; from the first refused row on, as a table that has one mostly has more."""


def advance(operation_id: int, budget: float) -> BulkOperation:
    """Do chunks until the operation is done, paused, or `budget` seconds are spent. Returns it as it is then.

    Each chunk is one transaction. Any number of drivers may call this at once: a chunk that another one is at is left
    to that one, and this call returns.
    """
    deadline = time.monotonic() + budget
    settling = [kind.name for kind in KINDS.values() if kind.settles_first]
    if BulkOperation.objects.filter(pk=operation_id, kind__in=settling, advanced_at=None).exists():
        # Which entries came back as others is read from the stored outcomes: up to date as of the beginning.
        settle_arrivals()
    run = _Run(operation_id)
    while _one_chunk(run) and time.monotonic() < deadline:
        pass
    return BulkOperation.objects.get(pk=operation_id)


def advance_or_pause(operation_id: int, budget: float) -> BulkOperation:
    """Advance it; whatever is in its way for good pauses it, with the reason. What was done before is done and recorded.

    Raises where the database does not answer, or has no room: the operation is as it was and continues when it has again.
    """
    try:
        return advance(operation_id, budget)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        if isinstance(error, EXPECTED):
            fault = fault_of(error)
            why = f"{said_by(error)}. {fault.sentence}" if fault else said_by(error)
        else:
            logger.exception("operation %s could not continue: please report it", operation_id)
            why = f"a fault in this program, {type(error).__name__}: {said_by(error)}"
        pause(operation_id, f"Paused, because it could not continue: {why}")
        return BulkOperation.objects.get(pk=operation_id)


def _retried(chunk: Callable[[_Run], bool]) -> Callable[[_Run], bool]:
    """Again after a deadlock or a serialization failure: PostgreSQL undid the transaction, nothing happened."""

    @wraps(chunk)
    def retrying(run: _Run) -> bool:
        for attempt in range(DEADLOCK_TRIES):
            try:
                return chunk(run)
            except OperationalError as error:
                if not isinstance(error.__cause__, DeadlockDetected | SerializationFailure):
                    raise
                if attempt == DEADLOCK_TRIES - 1:
                    raise
        raise AssertionError  # the loop returns or raises

    return retrying


@_retried
def _one_chunk(run: _Run) -> bool:
    """Do one chunk. Returns whether there may be more for this driver to do."""
    if not run.has_savepoints:
        try:
            with without_savepoints():
                return _chunk(run)
        except DatabaseError as error:
            if not is_about_a_row(error):
                raise
            run.has_savepoints = True
    return _chunk(run)


def _chunk(run: _Run) -> bool:
    """One chunk in one transaction.

    Three steps, each a statement of its own in READ COMMITTED, so that each sees what happened while the one before
    waited: lock the operation (its cursor is taken from there), lock the entries, decide and act.
    """
    started = time.monotonic()
    with transaction.atomic():
        operation = _locked(run.operation_id)
        if operation is None:
            return False
        operation.advanced_at = timezone.now()
        if operation.state == State.WATCHING:
            operation.save(update_fields=("advanced_at",))
            return judge(operation)
        kind = kind_of(operation)
        batch = kind.next_batch(operation, run.finder)
        result = kind.act(operation, batch.locked) if batch.locked else ChunkResult()
        result.skipped |= batch.skipped
        operation.work_seconds += time.monotonic() - started
        _record(operation, result, batch)
    return operation.state == State.RUNNING


def _locked(operation_id: int) -> BulkOperation | None:
    """The operation as it is now, locked; None if it is not under way, or another driver has it."""
    parameters = {"operation": operation_id, "states": list(BulkOperation.UNDER_WAY)}
    return next(iter(BulkOperation.objects.raw(TABLE.statement("operations/lock_operation"), parameters)), None)


def _record(operation: BulkOperation, result: ChunkResult, batch: Batch) -> None:
    """Write down what became of the chunk, in the chunk's own transaction."""
    now = timezone.now()
    OperationEntry.objects.bulk_create(
        OperationEntry(
            operation=operation, entry_id=entry, result=label, code=why.code, about=why.about, created_at=now
        )
        for label, reasons in (
            (OperationEntry.Result.SKIPPED, result.skipped),
            (OperationEntry.Result.FAILED, result.failed),
        )
        for entry, why in sorted(reasons.items())
    )
    operation.cursor = batch.cursor
    operation.done_count += result.done
    operation.skipped_count += len(result.skipped)
    operation.failed_count += len(result.failed)
    operation.along_count += len(batch.along - set(result.skipped) - set(result.failed))
    if operation.canary_left == 0:
        operation.state, operation.watching_since = State.WATCHING, now
    elif batch.is_last:
        operation.state, operation.finished_at = State.DONE, now
    operation.save(update_fields=PROGRESS)


def pause(operation_id: int, why: str) -> bool:
    """Stop at the end of the chunk that is being done; `why` is a sentence. Returns whether it was under way."""
    return _move(operation_id, BulkOperation.UNDER_WAY, State.PAUSED, why)


def resume(operation_id: int, why: str) -> bool:
    """Resume a paused operation; one that watched its first ones continues without waiting for them."""
    return _move(operation_id, (State.PAUSED,), State.RUNNING, why)


def cancel(operation_id: int, why: str) -> bool:
    """End it where it is. What it has done stays done."""
    return _move(
        operation_id, (*BulkOperation.UNDER_WAY, State.PAUSED), State.CANCELLED, why, finished_at=timezone.now()
    )


def _move(operation_id: int, states: Sequence[str], state: str, why: str, **details: object) -> bool:
    changes = {"state": state, "state_reason": why, **details}
    # A driver holds the row for as long as a chunk takes.
    with lock_limit(CHUNK_SECONDS):
        return bool(BulkOperation.objects.filter(pk=operation_id, state__in=states).update(**changes))
