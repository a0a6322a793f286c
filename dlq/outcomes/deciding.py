"""The statements that decide what became of a requeue, for all that ask."""

from __future__ import annotations

from dlq.outcomes.progress import LOOKED
from dlq.table.location import TABLE

REQUEUES = (
    "SELECT r.id, r.entry_id, r.job_id, r.revision, r.run_at, r.created_at, r.outcome, r.returned_as,"
    " r.attempts_left, r.seen_running, r.exhausted_at, r.has_key FROM dlq_requeue r"
)
"""What the decision needs of each requeue."""


def recovered(*, requeue: str, job: str, came_back: str) -> str:
    """A condition: whether the requeue's job recovered. The arguments are SQL, see recovered.sql."""
    return TABLE.statement("outcomes/recovered", requeue=requeue, job=job, came_back=came_back, looked=LOOKED)


def decide(which: str) -> str:
    """A row for each of these requeues (`which`: what follows REQUEUES), with its state; see decide.sql."""
    return TABLE.statement(
        "outcomes/decide",
        requeues=f"{REQUEUES} {which}",
        recovered=recovered(requeue="requeue", job="job", came_back="coalesce(arrived.id, entry.id)"),
    )
