"""Requeue: an entry's job goes back into the queue, inside SQL, with its bookkeeping in the same statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from dlq.catalogue import keys_are_unique
from dlq.db import array, dicts, rows
from dlq.models import BackfillDlq, BulkOperation
from dlq.models.backfilldlq import TABLE
from dlq.reasons import Reason
from dlq.services.chunk import Outcome, refused, suppressed
from dlq.services.notes import stamped
from dlq.services.outcomes import unmatched_since
from dlq.services.selection import matching
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
    plan = _plan(operation, ids)
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


def foresee(operation: BulkOperation, ids: Sequence[int]) -> dict[int, Reason]:
    """Which of these entries would be skipped if they were requeued now. Nothing is locked, and keys may still be taken."""
    return _plan(operation, ids).skipped


@dataclass
class _Plan:
    """Which entries of a chunk are left out, which go without their key, and which jobs give way to them."""

    ids: Sequence[int]
    skipped: dict[int, Reason] = field(default_factory=dict)
    failed: dict[int, Reason] = field(default_factory=dict)
    without_key: set[int] = field(default_factory=set)
    replaces: dict[int, int] = field(default_factory=dict)
    """The job that has the entry's key, where the policy is to replace it."""

    @property
    def chosen(self) -> list[int]:
        return [entry for entry in self.ids if entry not in self.skipped and entry not in self.failed]


def _plan(operation: BulkOperation, ids: Sequence[int]) -> _Plan:
    """Sort out what may not or need not be requeued, with the reason for each."""
    plan = _Plan(ids)
    problems = _problems(operation, ids)
    open_ones = [problem for problem in problems if not problem["refusal"]]
    last_of_key = _last_of_each_key(operation, {problem["shared_key"] for problem in open_ones} - {None})
    also_in = _still_in(operation, [problem["returned_as"] for problem in open_ones if problem["returned_as"]])
    for problem in problems:
        entry, holder = problem["id"], problem["key_holder"]
        last = last_of_key.get(problem["shared_key"], entry)
        if problem["refusal"]:
            plan.skipped[entry] = Reason(problem["refusal"], str(problem["refusal_about"]))
        elif problem["returned_as"] in also_in:
            plan.skipped[entry] = Reason("returned", str(problem["returned_as"]))
        elif last != entry:
            plan.skipped[entry] = Reason("same_key", str(last))
        elif holder and operation.key_policy == KeyPolicy.SKIP:
            plan.skipped[entry] = Reason(holder, str(problem["key_holder_id"]))
        elif holder and operation.key_policy == KeyPolicy.DROP:
            plan.without_key.add(entry)
        elif holder:
            plan.replaces[entry] = problem["key_holder_id"]
    return plan


def _hold(plan: _Plan) -> None:
    """Lock the jobs that are to be replaced. Skips the entries whose job somebody else is working on at this moment."""
    if not plan.replaces:
        return
    busy = {job for (job,) in rows(statement("requeue/hold", TABLE), {"jobs": list(plan.replaces.values())})}
    plan.skipped |= {entry: Reason("key_locked") for entry, job in plan.replaces.items() if job in busy}


def _problems(operation: BulkOperation, ids: Sequence[int]) -> list[dict[str, Any]]:
    """What stands against requeueing these entries, see requeue/decide.sql."""
    return dicts(
        statement("requeue/decide", TABLE),
        {
            "ids": array(ids),
            "operation": operation.pk,
            "frozen_at": operation.frozen_at,
            "since": unmatched_since(),
            "keys_are_unique": keys_are_unique(TABLE),
            "also_on_their_way": operation.also_on_their_way,
            "also_recovered": operation.also_recovered,
            **_options(operation),
        },
    )


def _options(operation: BulkOperation) -> dict[str, Any]:
    return {name: getattr(operation, name) for name in ("priority", "queue_name", "max_attempts")}


def _still_in(operation: BulkOperation, entries: Sequence[int]) -> set[int]:
    """Those of the entries that the operation is about, too."""
    return set(matching(operation).filter(id__any_of=entries).values_list("pk", flat=True)) if entries else set()


def _last_of_each_key(operation: BulkOperation, keys: set[str]) -> dict[str, int]:
    """Of the operation's entries that share a key, the one that failed last. A table with unique keys has one of each."""
    if not keys:
        return {}
    last = (
        matching(operation)
        .filter(job_key__any_of=keys)
        .order_by("job_key", "-failed_at", "-id")
        .distinct("job_key")
        .values_list("job_key", "id")
    )
    return {str(key): entry for key, entry in last}


def _act(operation: BulkOperation, plan: _Plan) -> Outcome:
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
                **_options(operation),
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


def _keys_held(plan: _Plan, outcome: Outcome) -> set[int]:
    """Entries that could not be requeued because somebody was just adding a job with their key."""
    held = {entry for entry, why in outcome.failed.items() if why.code == "locked"} - plan.without_key
    keyed = BackfillDlq.objects.filter(id__any_of=held, job_key__isnull=False)
    return set(keyed.values_list("pk", flat=True)) if held else set()
