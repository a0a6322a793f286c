"""The operations of the `backfill` library's client, for Python: the same names and fields, the same services as the pages.

    from dlq.client import DlqFilter, list_dlq_jobs, requeue_dlq_job

    for job in list_dlq_jobs(DlqFilter(task_identifier="send_email", limit=10)).jobs:
        requeue_dlq_job(job.id, notes="mail server is back")

Every function that writes takes `actor`, the name that the records keep; it defaults to `os:<user>`.
"""

from __future__ import annotations

import getpass
import logging
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from dlq.models import BackfillDlq, BulkOperation, OperationEntry, Requeue
from dlq.monitoring import totals
from dlq.monitoring.totals import DlqStats
from dlq.operations.confirmation import Confirmation, begin
from dlq.operations.kinds import in_words
from dlq.operations.reasons import Reason
from dlq.operations.runner import advance
from dlq.process import processor
from dlq.table import init
from dlq.table.location import TABLE
from dlq.table.lock_limit import NotMade

__all__ = [
    "DlqFilter",
    "DlqJob",
    "DlqJobList",
    "DlqJobNotFound",
    "DlqStats",
    "NotMade",
    "RequeueRefused",
    "RequeuedJob",
    "delete_dlq_by_job_key",
    "delete_dlq_job",
    "dlq_stats",
    "get_dlq_job",
    "init_dlq",
    "list_dlq_jobs",
    "process_failed_jobs",
    "requeue_dlq_job",
]

logger = logging.getLogger("dlq")

DEFAULT_LIMIT = 50
NO_BUDGET = float("inf")
"""Seconds: a call from Python or the command line returns when the work is done."""


class DlqJobNotFound(LookupError):
    """There is no entry with this id."""


class RequeueRefused(Exception):
    """The entry was left as it was; the text says why."""


@dataclass(frozen=True)
class DlqFilter:
    """Which entries to list; None leaves a field out. `queue_name` "" is the empty queue name; both times include their bound."""

    task_identifier: str | None = None
    queue_name: str | None = None
    failed_after: datetime | None = None
    failed_before: datetime | None = None
    limit: int | None = None
    offset: int | None = None

    @property
    def entries(self) -> QuerySet[BackfillDlq]:
        wanted = {
            "task_identifier": self.task_identifier,
            "queue_name": self.queue_name,
            "failed_at__gte": self.failed_after,
            "failed_at__lte": self.failed_before,
        }
        return BackfillDlq.objects.filter(**{name: value for name, value in wanted.items() if value is not None})


@dataclass(frozen=True)
class DlqJob:
    """One entry. In `payload` and `last_error` numbers with a point are Decimal, so that no digit is lost; a document that is
    nested too deeply for Python is its text (`RawJson`). A time that Python lacks, such as infinity, is a `FarMoment`.
    """

    id: int
    original_job_id: int | None
    task_identifier: str
    payload: Any
    queue_name: str
    priority: int
    job_key: str | None
    max_attempts: int | None
    failure_reason: str
    failure_count: int
    last_error: Any
    original_created_at: datetime | None
    original_run_at: datetime | None
    failed_at: datetime
    requeued_count: int
    last_requeued_at: datetime | None
    notes: str | None

    @classmethod
    def of(cls, entry: BackfillDlq) -> DlqJob:
        return cls(**{column.name: getattr(entry, column.name) for column in fields(cls)})


@dataclass(frozen=True)
class DlqJobList:
    """A page of entries, newest failure first; `total` counts all that match the filter."""

    jobs: list[DlqJob]
    total: int
    offset: int
    limit: int


@dataclass(frozen=True)
class RequeuedJob:
    """The job that a requeue made; `replaced` if it overwrote a waiting job with the same key."""

    id: int
    revision: int
    replaced: bool


def init_dlq(*, actor: str | None = None) -> list[str]:
    """Create the table and its indexes where they are missing. Returns what had to be left out, a sentence each.

    Raises NotMade, a DatabaseError whose text says what to do, where somebody holds the table for more than a few seconds.
    """
    logger.info("init_dlq of %s by %s", TABLE.regclass, actor or _os_user())
    return init.init_dlq(TABLE)


def list_dlq_jobs(filter: DlqFilter | None = None) -> DlqJobList:
    """One page (50 entries by default) of those that match, and how many match in all. Counts exactly."""
    filter = filter or DlqFilter()
    limit = DEFAULT_LIMIT if filter.limit is None else filter.limit
    offset = filter.offset or 0
    if limit < 0 or offset < 0:
        raise ValueError("limit and offset must not be negative")
    page = filter.entries.order_by("-failed_at", "-id")[offset : offset + limit]
    return DlqJobList([DlqJob.of(entry) for entry in page], filter.entries.count(), offset, limit)


def get_dlq_job(dlq_id: int) -> DlqJob | None:
    entry = BackfillDlq.objects.filter(pk=dlq_id).first()
    return DlqJob.of(entry) if entry else None


def requeue_dlq_job(dlq_id: int, notes: str | None = None, *, actor: str | None = None) -> RequeuedJob:
    """Put one entry's job back into the queue; the entry stays, `notes` are appended to its own.

    Raises DlqJobNotFound, or RequeueRefused where the entry is on its way already, its key is taken or the queue would
    refuse it. Job and bookkeeping are one transaction.
    """
    operation = _operate("requeue", [dlq_id], actor, note=notes or "")
    if requeue := Requeue.objects.filter(operation=operation).first():
        return RequeuedJob(requeue.job_id, requeue.revision, requeue.replaced)
    if not BackfillDlq.objects.filter(pk=dlq_id).exists():
        raise DlqJobNotFound(dlq_id)
    problem = OperationEntry.objects.get(operation=operation)
    raise RequeueRefused(in_words(Reason(problem.code, problem.about)))


def delete_dlq_job(dlq_id: int, *, actor: str | None = None) -> bool:
    """Move one entry to the trash. Returns whether there was one."""
    return _operate("delete", [dlq_id], actor).done_count == 1


def delete_dlq_by_job_key(job_key: str, *, actor: str | None = None) -> int:
    """Move all entries with this key to the trash. Returns their number."""
    entries = BackfillDlq.objects.filter(job_key=job_key).values_list("pk", flat=True)
    return _operate("delete", list(entries), actor).done_count


def dlq_stats() -> DlqStats:
    """The numbers of the whole table, counted now."""
    return totals.dlq_stats(TABLE)


def process_failed_jobs(*, actor: str | None = None) -> int:
    """Move jobs that have used up their attempts from the queue into the table. Returns their number.

    A job that does not fit into the table stays in the queue and is named in the log.
    """
    moved = processor.process_failed_jobs(TABLE)
    for job, why in moved.misfits.items():
        logger.warning("job %s does not fit into %s and stays in the queue: %s", job, TABLE.regclass, why)
    if moved.jobs:
        logger.info("moved %s failed jobs into %s by %s", len(moved.jobs), TABLE.regclass, actor or _os_user())
    return len(moved.jobs)


def _operate(kind: str, entry_ids: list[int], actor: str | None, **details: str) -> BulkOperation:
    """An operation on these entries, from beginning to end."""
    confirmation = Confirmation.of(kind, user_id=0, entry_ids=entry_ids).counted(len(entry_ids))
    operation, _new = begin(confirmation, actor=actor or _os_user(), **details)
    return advance(operation.pk, NO_BUDGET)


def _os_user() -> str:
    return f"os:{getpass.getuser()}"
