"""Chains for tests: entries whose requeued jobs die and come back as other ones."""

from __future__ import annotations

from typing import Any

from dlq.models import BackfillDlq, Requeue
from dlq.models.entry_status import EntryStatus
from dlq.outcomes.settling import settle
from dlq.process.processor import process_failed_jobs
from dlq.table.location import TABLE
from tests.support.entries import add_entry, ids
from tests.support.jobs import exhaust
from tests.support.operations import requeue


def job_of(entry: int) -> int:
    """Of its latest requeue."""
    return Requeue.objects.filter(entry_id=entry).latest("id").job_id


def comes_back(entry: int, *, is_settled: bool = True, **options: Any) -> int:
    """Requeued, dead again and moved: the entry that its job came back as."""
    assert requeue(entry, **options).done_count == 1
    exhaust(job_of(entry))
    process_failed_jobs(TABLE)
    if is_settled:
        settle(10)
    return max(ids())


def add_chain(lives: int, **columns: Any) -> list[int]:
    """A new entry that came back again and again, and its later lives."""
    chain = [add_entry(**columns)]
    while len(chain) < lives:
        chain.append(comes_back(chain[-1]))
    return chain


def statuses() -> dict[int, str]:
    return dict(BackfillDlq.objects.annotate(status=EntryStatus()).values_list("id", "status"))
