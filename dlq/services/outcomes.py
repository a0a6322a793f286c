"""What became of requeued jobs: looked up for the rows on a screen, and stored for good by the caretaker."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from dlq.db import database_now, dicts, execute, rows, scalar
from dlq.models import DutyProgress
from dlq.models.backfilldlq import TABLE
from dlq.sql import statement

DUTY = "outcomes"
OVERLAP = timedelta(minutes=10)
"""How long a transaction that moves jobs may have been open: its entries carry the time of its beginning."""
REQUEUES_A_STATEMENT = 5_000

_ASKED = (
    "SELECT r.id, r.entry_id, r.job_id, r.revision, r.run_at, r.created_at, r.outcome, r.returned_as FROM dlq_requeue r"
)
_LATEST = "r.id IN (SELECT max(l.id) FROM dlq_requeue l WHERE l.entry_id = ANY (%(ids)s) GROUP BY l.entry_id)"


@dataclass(frozen=True)
class JobState:
    """Of a requeued job now: waiting, running, retrying, or an outcome. `returned_as`: the entry that it came back as."""

    requeue_id: int
    entry_id: int
    job_id: int
    state: str
    returned_as: int | None
    requeued_at: datetime


def queue_is_visible() -> bool:
    """Whether this role sees the jobs. Where it does not, a missing job says nothing, and no outcome may be concluded."""
    found = rows(statement("queue/visible", TABLE), {"schema": TABLE.schema})
    return bool(found and found[0][0])


def states_of_requeues(requeue_ids: Sequence[int]) -> dict[int, JobState]:
    """The states now, by requeue; reads only. Without a view of the queue it knows nothing."""
    return {state.requeue_id: state for state in _states(f"{_ASKED} WHERE r.id = ANY (%(ids)s)", ids=list(requeue_ids))}


def states_of_entries(entry_ids: Sequence[int]) -> dict[int, JobState]:
    """The state of each entry's latest requeue, by entry; those never requeued here are left out."""
    return {state.entry_id: state for state in _states(f"{_ASKED} WHERE {_LATEST}", ids=list(entry_ids))}


def settle(budget: float) -> int:
    """Store what is known by now, for at most about so many seconds. Returns how many outcomes were stored.

    One process does it at a time; for others it returns at once. Under a role that can't see the queue nothing is settled.
    """
    settled = settle_arrivals()
    deadline = time.monotonic() + budget
    after = 0
    while queue_is_visible():
        with transaction.atomic():
            ((last, stored),) = _settle_absent(after)
        settled += stored
        if last is None or time.monotonic() > deadline:
            break
        after = last
    return settled


def settle_arrivals() -> int:
    """Match the entries that arrived since the last time with the requeues that they come from."""
    with _mark() as mark:
        if mark is None:
            return 0
        now = database_now()
        settled = execute(statement("outcome/settle_arrivals", TABLE), {"since": unmatched_since()})
        mark.reached = now
        mark.save(update_fields=("reached",))
    return settled


def _settle_absent(after: int) -> list[tuple[int | None, int]]:
    asked = f"{_ASKED} WHERE r.outcome = '' AND r.id > %(after)s ORDER BY r.id LIMIT %(limit)s FOR UPDATE SKIP LOCKED"
    decide = statement("outcome/decide", TABLE, asked=asked)
    parameters = {"after": after, "limit": REQUEUES_A_STATEMENT, "since": unmatched_since()}
    return rows(statement("outcome/settle_absent", TABLE, decide=decide), parameters)


def _states(asked: str, **parameters: object) -> list[JobState]:
    if not queue_is_visible():
        return []
    found = dicts(statement("outcome/decide", TABLE, asked=asked), {"since": unmatched_since(), **parameters})
    return [
        JobState(row["id"], row["entry_id"], row["job_id"], row["state"], row["returned_as"], row["created_at"])
        for row in found
    ]


def settled_until() -> datetime | None:
    """As of when the stored outcomes are; None where no caretaker has settled any yet."""
    return DutyProgress.objects.filter(pk=DUTY).values_list("reached", flat=True).first()


def unmatched_since() -> datetime | None:
    """From when on arrivals may not have been matched yet; None before the first requeue."""
    since: datetime | None = scalar(statement("outcome/unmatched_since", TABLE), {"duty": DUTY, "overlap": OVERLAP})
    return since


@contextmanager
def _mark() -> Iterator[DutyProgress | None]:
    """The duty's mark, locked in a transaction; None while somebody else has it."""
    DutyProgress.objects.bulk_create([DutyProgress(pk=DUTY)], ignore_conflicts=True)
    with transaction.atomic():
        yield DutyProgress.objects.select_for_update(skip_locked=True).filter(pk=DUTY).first()
