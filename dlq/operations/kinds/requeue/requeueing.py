"""Requeue: an entry's job goes back into the queue, inside SQL, with its bookkeeping in the same statement."""

from __future__ import annotations

import json
from collections.abc import Sequence

from django.db import transaction

from dlq.db.statements import array, rows
from dlq.models import BackfillDlq, BulkOperation
from dlq.operations.chunk import ChunkResult, refused, suppressed
from dlq.operations.kinds.requeue.plan import Plan, options_of, plan_of
from dlq.operations.reasons import Reason
from dlq.table.location import TABLE

KeyPolicy = BulkOperation.KeyPolicy


class _Undone(Exception):
    """What a call did must be undone, because of these entries."""

    def __init__(self, entries: set[int]) -> None:
        self.entries = entries


class _KeysTaken(_Undone):
    """Their keys were added by others between our look and the call."""


class _OfOtherTasks(_Undone):
    """The jobs that they were to replace had become those of other tasks."""

    def __init__(self, tasks: dict[int, str]) -> None:
        super().__init__(set(tasks))
        self.tasks = tasks


class _Unseen(_Undone):
    """They replaced jobs that others had added at that moment. Looked at again, those can be seen."""


class _Joined(_Undone):
    """Their payloads, lists, were joined with those of the jobs that they were to replace."""


class _Suppressed(_Undone):
    """They would have jobs, but a trigger of the table's owner kept them from being counted."""


def requeue_chunk(operation: BulkOperation, ids: Sequence[int]) -> ChunkResult:
    """Requeue these locked entries. Skipped ones keep everything; the payload never leaves the database."""
    plan = plan_of(operation, ids)
    _hold(plan)
    unseen: set[int] = set()
    while True:
        try:
            return _act(operation, plan)
        except _KeysTaken as taken:
            # Each round settles an entry, or sees one for the first time: the loop ends.
            if operation.key_policy == KeyPolicy.DROP:
                plan.without_key |= taken.entries
            else:
                plan.skipped |= {entry: Reason("key_taken") for entry in taken.entries}
        except _OfOtherTasks as others:
            plan.skipped |= {entry: Reason("key_of_other_task", task) for entry, task in others.tasks.items()}
        except _Unseen as new:
            plan.skipped |= {entry: Reason("key_taken") for entry in new.entries & unseen}
            unseen |= new.entries
        except _Joined as joined:
            plan.skipped |= {entry: Reason("key_joins") for entry in joined.entries}
        except _Suppressed as kept:
            plan.failed |= suppressed(kept.entries)


def _hold(plan: Plan) -> None:
    """Lock the jobs that are to be replaced. Skips the entries whose job somebody else is working on at this moment."""
    if not plan.replaces:
        return
    busy = {
        job for (job,) in rows(TABLE.statement("operations/kinds/requeue/hold"), {"jobs": list(plan.replaces.values())})
    }
    plan.skipped |= {entry: Reason("key_locked") for entry, job in plan.replaces.items() if job in busy}


def _act(operation: BulkOperation, plan: Plan) -> ChunkResult:
    result = ChunkResult(skipped=dict(plan.skipped), failed=dict(plan.failed))
    earliest = operation.next_run_at or operation.run_at

    def add(ids: Sequence[int]) -> None:
        nonlocal earliest
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
            raise _KeysTaken(set(overwritten))
        tasks = {int(entry): task for entry, task in json.loads(other_tasks or "{}").items()}
        if unseen := {entry for entry, task in tasks.items() if task is None}:
            raise _Unseen(unseen)
        if tasks and not operation.also_other_tasks:
            raise _OfOtherTasks(tasks)
        if joined:
            raise _Joined(set(joined))
        if kept:
            raise _Suppressed(set(kept))
        result.done += done
        result.skipped |= {entry: Reason("key_locked") for entry in not_queued}
        earliest = last_due + operation.step

    if chosen := plan.chosen:
        with transaction.atomic():  # what `add` raises undoes every part, also those of a bisection
            result.failed |= refused(chosen, add)
            if held := _keys_held(plan, result):
                raise _KeysTaken(held)
    operation.next_run_at = earliest
    return result


def _keys_held(plan: Plan, result: ChunkResult) -> set[int]:
    """Entries that could not be requeued because somebody was just adding a job with their key."""
    held = {entry for entry, why in result.failed.items() if why.code == "locked"} - plan.without_key
    keyed = BackfillDlq.objects.exclude(job_key=None).filter(id__any_of=held)
    return set(keyed.values_list("pk", flat=True)) if held else set()
