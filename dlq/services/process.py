"""process_failed_jobs: jobs that have used up their attempts move from the queue to the dead letter table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import transaction

from dlq import catalogue
from dlq.db import rows
from dlq.services.chunk import refused
from dlq.sql import statement
from dlq.table import DlqTable

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
    upsert = statement("process/upsert", table) if catalogue.keys_are_unique(table) else ""
    move = statement("process/move", table, on_conflict=upsert)
    after = 0
    while True:
        with transaction.atomic():
            dead = rows(
                statement("process/lock", table),
                {"after": after, "misfits": list(known_misfits), "limit": JOBS_A_STATEMENT},
            )
            if not dead:
                return moved
            ids = [job for (job,) in dead]

            def take(part: Sequence[int]) -> None:
                moved.jobs += [job for (job,) in rows(move, {"ids": list(part)})]

            refusals = refused(ids, take)
            moved.misfits |= {job: str(why) for job, why in refusals.items() if why.code != "locked"}
        after = ids[-1]
