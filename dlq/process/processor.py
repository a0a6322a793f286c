"""process_failed_jobs: jobs that have used up their attempts move from the queue to the dead letter table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

from django.db import transaction

from dlq.db.bisection import Refusal, apply_with_bisection
from dlq.db.statements import array, execute, rows
from dlq.table.location import DlqTable
from dlq.table.uniqueness import Uniqueness, uniqueness

JOBS_A_STATEMENT = 500


@dataclass
class Moved:
    """The job ids that moved, and why others do not fit into the table (they stay in the queue)."""

    jobs: list[int] = field(default_factory=list)
    already_here: list[int] = field(default_factory=list)
    """Left the queue, too: their task had written their entries itself."""
    misfits: dict[int, str] = field(default_factory=dict)


def process_failed_jobs(table: DlqTable, *, known_misfits: Sequence[int] = ()) -> Moved:
    """Move every job that has used up its attempts and that nobody holds locked, unless it has an entry already.

    A job that the engine runs for the last time already counts as used up, so the lock is what tells them apart; jobs
    that others have locked, or whose entry they have, are left for the next call. `known_misfits` are not tried again.
    """
    moved = Moved()
    unique = uniqueness(table)
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
            known = dict(rows(table.statement("process/already_here"), {"ids": ids}))
            already_here, refusals = _keep(table, known)
            jobs, others = _move(table, unique, [job for job in ids if job not in known])
            moved.jobs += jobs
            moved.already_here += already_here
            moved.misfits |= {
                job: f"the database refused it: {refusal.message}"
                for job, refusal in (refusals | others).items()
                if not refusal.is_locked
            }
        after = ids[-1]


def _keep(table: DlqTable, known: dict[int, int]) -> tuple[list[int], dict[int, Refusal]]:
    """Take locked jobs whose entries are here already out of the queue. Returns those that left, and what was refused."""
    keep = table.statement("process/keep", as_entry=table.statement("process/as_entry"))
    kept: list[int] = []

    def take(part: Sequence[int]) -> None:
        entries = [known[job] for job in part]
        kept.extend(job for (job,) in rows(keep, {"ids": list(part), "entries": entries}))

    refusals = apply_with_bisection(list(known), take) if known else {}
    return kept, {job: refusal for job, refusal in refusals.items() if job not in set(kept)}


def _move(table: DlqTable, unique: Uniqueness, ids: Sequence[int]) -> tuple[list[int], dict[int, Refusal]]:
    """Move these locked jobs into the table. Returns those that moved, and why it did not take others."""
    columns = {"as_entry": table.statement("process/as_entry"), "renewal": table.statement("process/renewal")}
    upsert = table.statement("process/upsert", **columns) if unique.upserts_by_key else ""
    move = table.statement("process/move", on_conflict=upsert, **columns)
    renew = table.statement("process/renew", **columns)
    moved: list[int] = []

    def take(statement: str, part: Sequence[int]) -> None:
        moved.extend(job for (job,) in rows(statement, {"ids": list(part)}))

    refusals = apply_with_bisection(ids, partial(take, move)) if ids else {}
    # Such indexes are rare, and so are keys that fail again: what they refuse is found by trying.
    if repeated := [job for job, refusal in refusals.items() if refusal.repeats in unique.of_keys]:
        refusals |= apply_with_bisection(repeated, partial(take, renew))
    # These are looked at here, and did not run: that they failed is certain.
    execute(table.statement("process/not_running"), {"jobs": array(moved)})
    return moved, {job: refusal for job, refusal in refusals.items() if job not in set(moved)}
