"""The operations of the `backfill` library's client, for Python: the same names and fields, the same services as the pages.

    from dlq.client import DlqFilter, list_dlq_jobs, requeue_dlq_job

    for job in list_dlq_jobs(DlqFilter(task_identifier="send_email", limit=10)).jobs:
        requeue_dlq_job(job.id, notes="mail server is back")

Every function that writes takes `actor`, the name that the records keep; it defaults to `os:<user>`. It does all or nothing, in
a transaction of its own (within the caller's: a savepoint), and what raised does not happen later. Two are different:
`process_failed_jobs` commits 500 jobs at a time, and `init_dlq` builds indexes CONCURRENTLY, outside any transaction.
"""

from __future__ import annotations

import getpass
import logging
from contextlib import nullcontext
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.db.models.lookups import Exact

from dlq.db.bigint import by_number, entry_number
from dlq.db.database import connection
from dlq.models import BackfillDlq, BulkOperation, Requeue
from dlq.monitoring import totals
from dlq.monitoring.totals import DlqStats
from dlq.operations.at_once import operated
from dlq.operations.kinds import in_words
from dlq.operations.reasons import Reason
from dlq.operations.result import problems_of
from dlq.process import processor
from dlq.redaction.candidates import masking_indexes
from dlq.redaction.masked_columns import Raw, as_they_are, raw_name
from dlq.table import init
from dlq.table.location import TABLE
from dlq.table.lock_limit import NotMade
from dlq.table.visiting import visiting

__all__ = [
    "DeleteRefused",
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


class DlqJobNotFound(LookupError):
    """There is no entry with this id."""


class RequeueRefused(Exception):
    """The entry was left as it was; the text says why."""


class DeleteRefused(Exception):
    """The entries were left as they were; the text says why."""


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
        """Of one that `as_they_are` has read."""
        return cls(**{column.name: getattr(entry, raw_name(column.name)) for column in fields(cls)})


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
    return init.init_dlq(TABLE, more=masking_indexes)


def list_dlq_jobs(filter: DlqFilter | None = None) -> DlqJobList:
    """One page (50 entries by default) of those that match, and how many match in all. Counts exactly."""
    filter = filter or DlqFilter()
    limit = DEFAULT_LIMIT if filter.limit is None else filter.limit
    offset = filter.offset or 0
    if limit < 0 or offset < 0:
        raise ValueError("limit and offset must not be negative")
    page = as_they_are(filter.entries).order_by("-failed_at", "-id")[offset : offset + limit]
    return DlqJobList([DlqJob.of(entry) for entry in page], filter.entries.count(), offset, limit)


def get_dlq_job(dlq_id: int) -> DlqJob | None:
    entry = by_number(as_they_are(BackfillDlq.objects.all()), str(_number(dlq_id)))
    return DlqJob.of(entry) if entry else None


def requeue_dlq_job(dlq_id: int, notes: str | None = None, *, actor: str | None = None) -> RequeuedJob:
    """Put one entry's job back into the queue; the entry stays, `notes` are appended to its own.

    Raises DlqJobNotFound, or RequeueRefused where the entry is on its way already, its key is taken or the queue would
    refuse it. Job and bookkeeping are one transaction, of which nothing is left where it raises.
    """
    if entry_number(str(_number(dlq_id))) is None:
        raise DlqJobNotFound(dlq_id)
    with operated("requeue", [dlq_id], actor or _os_user(), note=notes or "") as operation:
        if requeue := Requeue.objects.filter(operation=operation).first():
            return RequeuedJob(requeue.job_id, requeue.revision, requeue.replaced)
        if not BackfillDlq.objects.filter(pk=dlq_id).exists():
            raise DlqJobNotFound(dlq_id)
        raise RequeueRefused(_why_not(operation))


def delete_dlq_job(dlq_id: int, *, actor: str | None = None) -> bool:
    """Move one entry to the trash. Returns whether there was one. Raises DeleteRefused."""
    return entry_number(str(_number(dlq_id))) is not None and _delete([dlq_id], actor) == 1


def delete_dlq_by_job_key(job_key: str, *, actor: str | None = None) -> int:
    """Move all entries with this key to the trash. Returns their number. Raises DeleteRefused where one of them has to stay."""
    if not isinstance(job_key, str):
        raise TypeError(f"a job key is a text, not {job_key!r}")
    return _delete(list(BackfillDlq.objects.filter(Exact(Raw("job_key"), job_key)).values_list("pk", flat=True)), actor)


def dlq_stats() -> DlqStats:
    """The numbers of the whole table, counted now."""
    return totals.dlq_stats(TABLE)


def process_failed_jobs(*, actor: str | None = None) -> int:
    """Move jobs that have used up their attempts from the queue into the table. Returns their number.

    A job that does not fit into the table stays in the queue and is named in the log.
    """
    with visiting(TABLE) if connection.in_atomic_block else nullcontext():
        moved = processor.process_failed_jobs(TABLE)
    for job, why in moved.misfits.items():
        logger.warning("job %s does not fit into %s and stays in the queue: %s", job, TABLE.regclass, why)
    if moved.jobs:
        logger.info("moved %s failed jobs into %s by %s", len(moved.jobs), TABLE.regclass, actor or _os_user())
    return len(moved.jobs)


def _delete(entry_ids: list[int], actor: str | None) -> int:
    """All that are still there, or none."""
    # As the library does: these rows, and no other lives of the same failure.
    with operated("delete", entry_ids, actor or _os_user(), leaves_earlier_lives=True) as operation:
        if problems_of(operation).exclude(code="gone").exists():
            raise DeleteRefused(_why_not(operation))
        return operation.done_count


def _why_not(operation: BulkOperation) -> str:
    """Of the first entry that it left as it was."""
    problem = problems_of(operation).exclude(code="gone").first() or problems_of(operation).first()
    return in_words(Reason(problem.code, problem.about)) if problem else "its work was interrupted"


def _number(dlq_id: int) -> int:
    """Itself. Raises TypeError for what is none, above all for None."""
    if isinstance(dlq_id, bool) or not isinstance(dlq_id, int):
        raise TypeError(f"the id of an entry is a whole number, not {dlq_id!r}")
    return dlq_id


def _os_user() -> str:
    return f"os:{getpass.getuser()}"
