"""Requeue: an entry's job goes back into the queue, inside SQL, with its bookkeeping in the same statement."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from dlq.db import array, rows
from dlq.models import BackfillDlq, BulkOperation
from dlq.models.backfilldlq import TABLE
from dlq.reasons import Reason
from dlq.services.chunk import Outcome, refused, suppressed
from dlq.services.notes import stamped
from dlq.services.requeue_plan import Plan, options_of, plan_of
from dlq.sql import statement

KeyPolicy = BulkOperation.KeyPolicy


class _TakenBack(Exception):
    """What a call did must be undone, because of these entries."""

    def __init__(self, entries: set[int]) -> None:
        self.entries = entries


class _KeysTaken(_TakenBack):
    """Their keys were added by others between our look and the call."""


class _Joined(_TakenBack):
    """Their payloads, lists, were joined with those of the jobs that they were to replace."""


class _Suppressed(_TakenBack):
    """They would have jobs, but a trigger of the table's owner kept them from being counted."""


def requeue_chunk(operation: BulkOperation, ids: Sequence[int]) -> Outcome:
    """Requeue these locked entries. Skipped ones keep everything; the payload never leaves the database."""
    plan = plan_of(operation, ids)
    _hold(plan)
    while True:
        try:
            return _act(operation, plan)
        except _KeysTaken as taken:
            # Each round settles at least one entry, so the loop ends.
            if operation.key_policy == KeyPolicy.DROP:
                plan.without_key |= taken.entries
            else:
                plan.skipped |= {entry: Reason("key_taken") for entry in taken.entries}
        except _Joined as joined:
            plan.skipped |= {entry: Reason("key_joins") for entry in joined.entries}
        except _Suppressed as kept:
            plan.failed |= suppressed(kept.entries)


def _hold(plan: Plan) -> None:
    """Lock the jobs that are to be replaced. Skips the entries whose job somebody else is working on at this moment."""
    if not plan.replaces:
        return
    busy = {job for (job,) in rows(statement("requeue/hold", TABLE), {"jobs": list(plan.replaces.values())})}
    plan.skipped |= {entry: Reason("key_locked") for entry, job in plan.replaces.items() if job in busy}


def _act(operation: BulkOperation, plan: Plan) -> Outcome:
    outcome = Outcome(skipped=dict(plan.skipped), failed=dict(plan.failed))
    earliest = operation.next_run_at or operation.run_at

    def add(ids: Sequence[int]) -> None:
        nonlocal earliest
        ((done, not_queued, overwritten, joined, kept, last_due),) = rows(
            statement("requeue/act", TABLE),
            {
                "ids": array(ids),
                "without_key": array(plan.without_key),
                "operation": operation.pk,
                "actor": operation.actor,
                "note": stamped(operation) if operation.note else "",
                "earliest": earliest,
                "step": operation.step,
                **options_of(operation),
            },
        )
        if overwritten and operation.key_policy != KeyPolicy.REPLACE:
            raise _KeysTaken(set(overwritten))
        if joined:
            raise _Joined(set(joined))
        if kept:
            raise _Suppressed(set(kept))
        outcome.done += done
        outcome.skipped |= {entry: Reason("key_locked") for entry in not_queued}
        earliest = last_due + operation.step

    if chosen := plan.chosen:
        with transaction.atomic():  # what `add` raises takes back every part, also those that were halved off
            outcome.failed |= refused(chosen, add)
            if held := _keys_held(plan, outcome):
                raise _KeysTaken(held)
    operation.next_run_at = earliest
    return outcome


def _keys_held(plan: Plan, outcome: Outcome) -> set[int]:
    """Entries that could not be requeued because somebody was just adding a job with their key."""
    held = {entry for entry, why in outcome.failed.items() if why.code == "locked"} - plan.without_key
    keyed = BackfillDlq.objects.filter(id__any_of=held, job_key__isnull=False)
    return set(keyed.values_list("pk", flat=True)) if held else set()
