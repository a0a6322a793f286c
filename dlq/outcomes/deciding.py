"""The statements that decide what became of a requeue, for all that ask."""

from __future__ import annotations

from datetime import timedelta

from dlq.outcomes.progress import LOOKED
from dlq.table.location import TABLE

REQUEUES = (
    "SELECT r.id, r.entry_id, r.job_id, r.revision, r.run_at, r.created_at, r.outcome, r.returned_as,"
    " r.attempts_left, r.seen_running, r.exhausted_at, r.has_key FROM dlq_requeue r"
)
"""What the decision needs of each requeue."""
MOVES_OF_A_START = 90
"""A worker of the library that starts moves 100 jobs before it deletes any. A few may have been refused, or removed since."""
START = timedelta(seconds=10)
"""How long after the first of these moves it may delete."""


def recovered(*, requeue: str, job: str, came_back: str) -> str:
    """A condition: whether the requeue's job recovered. The arguments are SQL, see recovered.sql."""
    start = f"interval '{START.total_seconds()} seconds'"
    worker_start = TABLE.statement("outcomes/worker_start", looked=LOOKED, moves=str(MOVES_OF_A_START), start=start)
    parts = {"requeue": requeue, "job": job, "came_back": came_back, "looked": LOOKED, "worker_start": worker_start}
    return TABLE.statement("outcomes/recovered", **parts)


def decide(which: str) -> str:
    """A row for each of these requeues (`which`: what follows REQUEUES), with its state; see decide.sql."""
    return TABLE.statement(
        "outcomes/decide",
        requeues=f"{REQUEUES} {which}",
        recovered=recovered(requeue="requeue", job="job", came_back="coalesce(arrived.id, entry.id)"),
    )
