"""Requeue: an entry's job goes back into the queue, inside SQL, with its bookkeeping in the same statement."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from dlq.db.database import atomic
from dlq.db.statements import array, rows
from dlq.models import BackfillDlq, BulkOperation
from dlq.operations.chunk import ChunkResult, refused, suppressed
from dlq.operations.kinds.requeue.plan import Plan, options_of, plan_of
from dlq.operations.reasons import Reason
from dlq.table.location import TABLE

KeyPolicy = BulkOperation.KeyPolicy


@dataclass(eq=False)
class _Undone(Exception):
    """What a call did must be undone. Next time these entries are left out, or go without their key."""

    skipped: Mapping[int, Reason] = field(default_factory=dict)
    failed: Mapping[int, Reason] = field(default_factory=dict)
    without_key: Iterable[int] = ()


def requeue_chunk(
    operation: BulkOperation,
    ids: Sequence[int],
    *,
    plan: Callable[[BulkOperation, Sequence[int]], Plan] = plan_of,
    first: Callable[[Sequence[int]], set[int]] | None = None,
) -> ChunkResult:
    """Requeue these locked entries. Skipped ones keep everything; the payload never leaves the database.

    `plan` says who goes. `first` is done with those before their jobs are added, and undone where there is no job; it returns
    with which it was done.
    """
    planned = plan(operation, ids)
    _hold(planned)
    unseen: set[int] = set()
    while True:
        try:
            return _act(operation, planned, first, unseen)
        except _Undone as undone:
            # Each round settles an entry, or sees one for the first time: the loop ends.
            planned.skipped.update(undone.skipped)
            planned.failed.update(undone.failed)
            planned.without_key.update(undone.without_key)


def _hold(plan: Plan) -> None:
    """Lock the jobs that are to be replaced. Skips the entries whose job somebody else is working on at this moment."""
    if not plan.replaces:
        return
    busy = {
        job for (job,) in rows(TABLE.statement("operations/kinds/requeue/hold"), {"jobs": list(plan.replaces.values())})
    }
    plan.skipped |= {entry: Reason("key_locked") for entry, job in plan.replaces.items() if job in busy}


def _act(
    operation: BulkOperation, plan: Plan, first: Callable[[Sequence[int]], set[int]] | None, unseen: set[int]
) -> ChunkResult:
    """`unseen`: entries that have replaced a job which could not be seen before."""
    result = ChunkResult(skipped=dict(plan.skipped), failed=dict(plan.failed))
    earliest = operation.next_run_at or operation.run_at

    def add(ids: Sequence[int]) -> None:
        nonlocal earliest
        if first and (left := set(ids) - first(ids)):
            raise _Undone(failed=suppressed(left))
        ((done, not_queued, overwritten, other_tasks, joined, kept, last_due),) = rows(
            TABLE.statement("operations/kinds/requeue/act"),
            {
                "ids": array(ids),
                "without_key": array(plan.without_key),
                "operation": operation.pk,
                "actor": operation.actor,
                "note": operation.stamped_note if operation.note else "",
                "earliest": earliest,
                "step": operation.step,
                **options_of(operation),
            },
        )
        if overwritten and operation.key_policy != KeyPolicy.REPLACE:
            raise _keys_taken(operation, overwritten)
        tasks = {int(entry): task for entry, task in json.loads(other_tasks or "{}").items()}
        if new := {entry for entry, task in tasks.items() if task is None}:
            # They replaced jobs that others had added at that moment. Looked at again, those can be seen.
            again = new & unseen
            unseen.update(new)
            raise _Undone(dict.fromkeys(again, Reason("key_taken")))
        if tasks and not operation.also_other_tasks:
            # The jobs that they were to replace had become those of other tasks.
            raise _Undone({entry: Reason("key_of_other_task", task) for entry, task in tasks.items()})
        if joined:
            # Their payloads, lists, were joined with those of the jobs that they were to replace.
            raise _Undone(dict.fromkeys(joined, Reason("key_joins")))
        if kept:
            # They would have jobs, but a trigger of the table's owner kept them from being counted.
            raise _Undone(failed=suppressed(kept))
        if first and not_queued:
            # They have no job, and were changed for it.
            raise _Undone(dict.fromkeys(not_queued, Reason("key_locked")))
        result.done += done
        result.skipped |= {entry: Reason("key_locked") for entry in not_queued}
        earliest = last_due + operation.step

    if chosen := plan.chosen:
        with atomic():  # what `add` raises undoes every part, also those of a bisection
            result.failed |= refused(chosen, add)
            if held := _keys_held(plan, result):
                raise _keys_taken(operation, held)
    operation.next_run_at = earliest
    return result


def _keys_taken(operation: BulkOperation, entries: Iterable[int]) -> _Undone:
    """Their keys were added by others between our look and the call."""
    if operation.key_policy == KeyPolicy.DROP:
        return _Undone(without_key=entries)
    return _Undone(dict.fromkeys(entries, Reason("key_taken")))


def _keys_held(plan: Plan, result: ChunkResult) -> set[int]:
    """Entries that could not be requeued because somebody was just adding a job with their key."""
    held = {entry for entry, why in result.failed.items() if why.code == "locked"} - plan.without_key
    keyed = BackfillDlq.objects.exclude(job_key=None).filter(id__any_of=held)
    return set(keyed.values_list("pk", flat=True)) if held else set()
