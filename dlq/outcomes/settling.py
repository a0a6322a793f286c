"""Outcomes of requeues, stored for good by the caretaker."""

from __future__ import annotations

import time

from dlq.db.statements import database_now, execute, rows
from dlq.models import DutyProgress
from dlq.models.entry_status import has_no_error
from dlq.outcomes.deciding import decide
from dlq.outcomes.linking import link_arrivals, link_earlier
from dlq.outcomes.progress import DUTY, LOOKED, ROUND, unmatched_since
from dlq.table.location import TABLE
from dlq.table.queue import queue_is_visible

REQUEUES_A_STATEMENT = 5_000


def settle(budget: float) -> int:
    """Store what is known by now, for at most about so many seconds. Returns how many outcomes were stored.

    One process does it at a time; for others it returns at once. Under a role that can't see the queue nothing is settled.
    """
    settled = settle_arrivals()
    deadline = time.monotonic() + budget
    link_earlier(deadline)
    is_over = False
    while not is_over and queue_is_visible():
        stored, is_over = _look_further()
        settled += stored
        is_over = is_over or time.monotonic() > deadline
    return settled


def _look_further() -> tuple[int, bool]:
    """The next slice of the round over all open requeues. Returns how many outcomes were stored, and whether the round is over.

    When a complete round began is kept: what can have happened to a job unseen depends on when it was looked at last.
    """
    with DutyProgress.locked(ROUND) as round_:
        if round_ is None:
            return 0, True
        if not round_.after:
            round_.reached = database_now()
        ((last, stored),) = _settle_absent(round_.after)
        if last is None:
            looked = DutyProgress(pk=LOOKED, reached=round_.reached)
            DutyProgress.objects.bulk_create(
                [looked], update_conflicts=True, unique_fields=["duty"], update_fields=["reached"]
            )
        round_.after = last or 0
        round_.save(update_fields=("reached", "after"))
    return stored, last is None


def settle_arrivals() -> int:
    """Match the entries that arrived since the last time with the requeues that they come from, and link them into chains."""
    with DutyProgress.locked(DUTY) as progress:
        if progress is None:
            return 0
        now, since = database_now(), unmatched_since()
        arrivals = TABLE.statement("outcomes/settle_arrivals", has_no_error=has_no_error("e"))
        settled = execute(arrivals, {"since": since})
        settled += execute(TABLE.statement("outcomes/settle_removed"))
        link_arrivals(since)
        progress.reached = now
        progress.save(update_fields=("reached",))
    return settled


def _settle_absent(after: int) -> list[tuple[int | None, int]]:
    which = "WHERE r.outcome = '' AND r.id > %(after)s ORDER BY r.id LIMIT %(limit)s FOR UPDATE SKIP LOCKED"
    parameters = {"after": after, "limit": REQUEUES_A_STATEMENT, "since": unmatched_since()}
    return rows(TABLE.statement("outcomes/settle_absent", decide=decide(which)), parameters)
