"""A requeue that tries the first entries and continues only when enough of them have succeeded."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from django.utils.text import capfirst

from dlq.db.statements import database_now
from dlq.models import BulkOperation, Requeue
from dlq.outcomes.job_states import states_of_requeues

State = BulkOperation.State
Outcome = Requeue.Outcome

NOT_YET = frozenset({"waiting", "running"})
"""States of a job that may still succeed at its first attempt; one that is tried again has failed it."""


def judge(operation: BulkOperation) -> bool:
    """Look at the (locked) operation's first jobs. Continues, waits or pauses; returns whether it continues."""
    requeues = list(Requeue.objects.filter(operation=operation).values_list("pk", "run_at"))
    states = Counter(state.state for state in states_of_requeues([pk for pk, _due in requeues]).values())
    sent, succeeded = len(requeues), states[Outcome.RECOVERED]
    unknown = states[Outcome.UNKNOWN]
    pending = sum(states[state] for state in NOT_YET)
    needed = min(operation.canary_needed or sent, sent)
    so_far = f"of the first {sent:,}, {succeeded:,} succeeded"
    if succeeded >= needed:
        return _set(operation, State.RUNNING, f"{capfirst(so_far)} (needed: {needed:,}).")
    if not states:
        return _set(operation, State.PAUSED, "Paused: this database role can't see what became of the first jobs.")
    if succeeded + pending < needed:
        return _set(
            operation,
            State.PAUSED,
            f"Paused: {so_far} and {sent - succeeded - pending:,} did not"
            f"{f', as far as is known ({unknown:,} left the queue unseen)' if unknown else ''} (needed: {needed:,}).",
        )
    started = max([operation.watching_since or operation.created_at, *(due for _pk, due in requeues)])
    if database_now() > started + timedelta(minutes=operation.canary_minutes):
        return _set(
            operation,
            State.PAUSED,
            f"Paused: {so_far} within {operation.canary_minutes} minutes (needed: {needed:,})."
            f" {pending:,} have not finished: is a worker running?",
        )
    return _set(operation, State.WATCHING, f"{capfirst(so_far)} (needed: {needed:,}); waiting for {pending:,} more.")


def _set(operation: BulkOperation, state: str, why: str) -> bool:
    operation.state, operation.state_reason = state, why
    operation.save(update_fields=("state", "state_reason"))
    return state == State.RUNNING
