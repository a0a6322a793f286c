"""process_failed_jobs: jobs that have used up their attempts move from the queue to the dead letter table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import transaction

from dlq.db.bisection import apply_with_bisection
from dlq.db.statements import rows
from dlq.table.columns import keys_are_unique
from dlq.table.location import DlqTable

JOBS_A_STATEMENT = 500


@dataclass
class Moved:
    """The job ids that moved, and why others do not fit into the table (they stay in the queue)."""

    jobs: list[int] = field(default_factory=list)
    misfits: dict[int, str] = field(default_factory=dict)


def process_failed_jobs(table: DlqTable, *, known_misfits: Sequence[int] = ()) -> Moved:
    """Move every job that has used up its attempts and that nobody holds locked.

    A job that the engine runs for the last time already counts as used up, so the lock is what tells them apart; jobs
    that others have locked, or whose entry they have, are left for the next call. `known_misfits` are not tried again.
    """
    moved = Moved()
    upsert = table.statement("process/upsert") if keys_are_unique(table) else ""
    move = table.statement("process/move", on_conflict=upsert)
    after = 0
    while True:
        with transaction.atomic():
            dead = rows(
                table.statement("process/lock"),
                {"after": after, "misfits": list(known_misfits), "limit": JOBS_A_STATEMENT},
            )
            if not dead:
                return moved
            ids = [job for (job,) in dead]

            def take(part: Sequence[int]) -> None:
                moved.jobs += [job for (job,) in rows(move, {"ids": list(part)})]

            refusals = apply_with_bisection(ids, take)
            moved.misfits |= {
                job: f"the database refused it: {refusal.message}"
                for job, refusal in refusals.items()
                if not refusal.is_locked
            }
        after = ids[-1]
