"""Outcomes of requeues, stored for good by the caretaker."""

from __future__ import annotations

import time

from django.db import transaction

from dlq.db.statements import database_now, execute, rows
from dlq.models import DutyProgress
from dlq.outcomes.deciding import decide
from dlq.outcomes.linking import link_arrivals, link_earlier
from dlq.outcomes.progress import DUTY, unmatched_since
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
    """Match the entries that arrived since the last time with the requeues that they come from, and link them into chains."""
    with DutyProgress.locked(DUTY) as progress:
        if progress is None:
            return 0
        now, since = database_now(), unmatched_since()
        settled = execute(TABLE.statement("outcomes/settle_arrivals"), {"since": since})
        link_arrivals(since)
        progress.reached = now
        progress.save(update_fields=("reached",))
    return settled


def _settle_absent(after: int) -> list[tuple[int | None, int]]:
    which = "WHERE r.outcome = '' AND r.id > %(after)s ORDER BY r.id LIMIT %(limit)s FOR UPDATE SKIP LOCKED"
    parameters = {"after": after, "limit": REQUEUES_A_STATEMENT, "since": unmatched_since()}
    return rows(TABLE.statement("outcomes/settle_absent", decide=decide(which)), parameters)
