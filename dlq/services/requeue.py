"""Requeue: an entry's job goes back into the queue, inside SQL, with its bookkeeping in the same statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from dlq.db import dicts, rows
from dlq.models import BulkOperation
from dlq.models.backfilldlq import TABLE
from dlq.reasons import Reason
from dlq.services.chunk import Outcome, refused
from dlq.services.notes import stamped
from dlq.services.outcomes import unmatched_since
from dlq.services.selection import matching
from dlq.sql import statement

KeyPolicy = BulkOperation.KeyPolicy


@dataclass
class _Candidate:
    """An entry that may be requeued, with or without its key."""

    id: int
    drop_key: bool = False


class _KeysTaken(Exception):
    """The call overwrote jobs with these entries' keys and must not: take it back.

    They appeared between our look and the call, or the queue joined both payloads.
    """

    def __init__(self, entries: set[int]) -> None:
        self.entries = entries


def requeue_chunk(operation: BulkOperation, ids: Sequence[int]) -> Outcome:
    """Requeue these locked entries. Skipped ones keep everything; the payload never leaves the database."""
    outcome = Outcome()
    candidates = _decide(operation, ids, outcome)
    while candidates:
        try:
            return _act(operation, candidates, outcome)
        except _KeysTaken as taken:
            # Each round settles at least one key, so the loop ends.
            if operation.key_policy == KeyPolicy.DROP:
                for candidate in candidates:
                    candidate.drop_key |= candidate.id in taken.entries
            else:
                why = Reason("key_joins") if operation.key_policy == KeyPolicy.REPLACE else Reason("key_taken")
                outcome.skipped |= dict.fromkeys(taken.entries, why)
                candidates = [candidate for candidate in candidates if candidate.id not in taken.entries]
    return outcome


def foresee(operation: BulkOperation, ids: Sequence[int]) -> Outcome:
    """What would become of these entries if they were requeued now; nothing is locked, and keys may still be taken."""
    outcome = Outcome()
    outcome.done = [candidate.id for candidate in _decide(operation, ids, outcome)]
    return outcome


def _decisions(operation: BulkOperation, ids: Sequence[int]) -> list[dict[str, Any]]:
    """What stands against requeueing each of these entries, a row each (see requeue/decide.sql)."""
    return dicts(
        statement("requeue/decide", TABLE),
        {"ids": list(ids), "operation": operation.pk, "frozen_at": operation.frozen_at, **_options(operation)}
        | {"also_on_their_way": operation.also_on_their_way, "also_recovered": operation.also_recovered}
        | {"since": unmatched_since()},
    )


def _options(operation: BulkOperation) -> dict[str, Any]:
    return {name: getattr(operation, name) for name in ("priority", "queue_name", "max_attempts")}


def _decide(operation: BulkOperation, ids: Sequence[int], outcome: Outcome) -> list[_Candidate]:
    """Sort out what may not or need not be requeued, with the reason for each."""
    found = _decisions(operation, ids)
    open_ones = [decision for decision in found if not decision["refusal"]]
    keys = {decision["job_key"] for decision in open_ones if decision["job_key"]}
    last_of_key = _last_of_each_key(operation, keys) if keys else {}
    returned = [decision["returned_as"] for decision in open_ones if decision["returned_as"]]
    also_in = set(matching(operation).filter(id__any_of=returned).values_list("pk", flat=True)) if returned else set()
    candidates = []
    for decision in found:
        entry, holder = decision["id"], decision["key_holder"]
        last = last_of_key.get(decision["job_key"], entry)
        if decision["refusal"]:
            outcome.skipped[entry] = Reason(decision["refusal"], str(decision["refusal_about"]))
        elif decision["returned_as"] in also_in:
            outcome.skipped[entry] = Reason("returned", str(decision["returned_as"]))
        elif last != entry:
            outcome.skipped[entry] = Reason("same_key", str(last))
        elif holder and operation.key_policy == KeyPolicy.SKIP:
            outcome.skipped[entry] = Reason(holder, str(decision["key_holder_id"]))
        else:
            candidates.append(_Candidate(entry, drop_key=bool(holder) and operation.key_policy == KeyPolicy.DROP))
    return candidates


def _last_of_each_key(operation: BulkOperation, keys: set[str]) -> dict[str, int]:
    """Of the operation's entries that share a key, the one that failed last. A table with unique keys has one of each."""
    last = (
        matching(operation)
        .filter(job_key__any_of=keys)
        .order_by("job_key", "-failed_at", "-id")
        .distinct("job_key")
        .values_list("job_key", "id")
    )
    return {str(key): entry for key, entry in last}


def _act(operation: BulkOperation, candidates: list[_Candidate], outcome: Outcome) -> Outcome:
    drop_key = {candidate.id: candidate.drop_key for candidate in candidates}
    with_job: dict[int, int | None] = {}
    earliest = operation.next_run_at or operation.run_at

    def add(ids: Sequence[int]) -> None:
        nonlocal earliest
        added = rows(
            statement("requeue/act", TABLE),
            {
                "ids": list(ids),
                "drop_key": [drop_key[entry] for entry in ids],
                "operation": operation.pk,
                "actor": operation.actor,
                "note": stamped(operation) if operation.note else "",
                "earliest": earliest,
                "step": operation.step,
                **_options(operation),
            },
        )
        replaces = operation.key_policy == KeyPolicy.REPLACE
        overwritten = {
            entry for entry, _job, revision, _due, is_joined in added if (is_joined if replaces else revision)
        }
        if overwritten:
            raise _KeysTaken(overwritten)
        with_job.update({entry: job for entry, job, *_rest in added})
        earliest = max(due for _entry, _job, _revision, due, _is_joined in added) + operation.step

    with transaction.atomic():  # _KeysTaken takes back every part, also those that were halved off
        failed = refused([candidate.id for candidate in candidates], add)
    operation.next_run_at = earliest
    outcome.failed |= failed
    outcome.done += [entry for entry, job in with_job.items() if job is not None]
    outcome.skipped |= {entry: Reason("key_locked") for entry, job in with_job.items() if job is None}
    return outcome
