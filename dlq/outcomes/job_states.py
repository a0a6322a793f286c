"""The states of requeued jobs at this moment, looked up for the rows on a screen. Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from dlq.db.statements import dicts
from dlq.outcomes.deciding import decide
from dlq.outcomes.progress import unmatched_since
from dlq.table.queue import queue_is_visible

LATEST = "r.id IN (SELECT max(l.id) FROM dlq_requeue l WHERE l.entry_id = ANY (%(ids)s) GROUP BY l.entry_id)"

LONGEST_LOCK = timedelta(hours=4)
"""After which the queue takes a worker for dead."""


@dataclass(frozen=True)
class JobState:
    """Of a requeued job now: waiting, running, retrying, or an outcome. `returned_as`: the entry that it came back as."""

    requeue_id: int
    entry_id: int
    job_id: int
    state: str
    returned_as: int | None
    requeued_at: datetime
    locked_at: datetime | None = None
    """Since when it has been running, by `locked_by`, if that still lives."""
    locked_by: str | None = None

    @property
    def freed_at(self) -> datetime | None:
        """When the queue gives the job to another worker, if the one that has it is gone."""
        return self.locked_at + LONGEST_LOCK if self.locked_at else None


def states_of_requeues(requeue_ids: Sequence[int]) -> dict[int, JobState]:
    """The states now, by requeue. Without a view of the queue it knows nothing."""
    states = _states("WHERE r.id = ANY (%(ids)s)", list(requeue_ids))
    return {state.requeue_id: state for state in states}


def states_of_entries(entry_ids: Sequence[int]) -> dict[int, JobState]:
    """The state of each entry's latest requeue, by entry; those never requeued here are left out."""
    return {state.entry_id: state for state in _states(f"WHERE {LATEST}", list(entry_ids))}


def _states(which: str, ids: list[int]) -> list[JobState]:
    if not queue_is_visible():
        return []
    found = dicts(decide(which), {"since": unmatched_since(), "ids": ids})
    return [JobState(**{one.name: row[one.name] for one in fields(JobState)}) for row in found]
