"""All that happened to an entry, from the table, the queue and our own records, in order of time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType

from dlq.db import dicts
from dlq.models import BackfillDlq, BulkOperation, DeletedEntry, OperationEntry, Requeue
from dlq.models.backfilldlq import TABLE
from dlq.sql import statement

MOST_EVENTS = 500
"""Of each kind. An entry with more has been requeued every few minutes for days; its newest are the ones that tell."""

TRIED = {
    BulkOperation.Kind.REQUEUE: "Requeue",
    BulkOperation.Kind.DELETE: "Delete",
    BulkOperation.Kind.NOTE: "Note",
    BulkOperation.Kind.RESTORE: "Restore",
}
DONE = TRIED | {
    BulkOperation.Kind.DELETE: "Moved to the trash",
    BulkOperation.Kind.RESTORE: "Restored from the trash",
}


@dataclass(frozen=True)
class Event:
    """Something that happened. `entry_id` names another entry that it leads to, `operation_id` the operation it was part of."""

    at: datetime
    what: str
    who: str = ""
    detail: str = ""
    entry_id: int | None = None
    operation_id: int | None = None


def timeline(entry: BackfillDlq) -> list[Event]:
    """The life of the job and of its requeues: created, due, died, requeued, came back."""
    events = [
        Event(moment, what, detail=detail)
        for moment, what, detail in (
            (entry.original_created_at, "Created", f"job {entry.original_job_id}" if entry.original_job_id else ""),
            (entry.original_run_at, _due(entry), ""),
            (entry.failed_at, "Failed for good", entry.failure_reason),
        )
        if moment
    ]
    requeues = _requeues(entry.pk)
    events += _requeued(entry, requeues)
    events += _library_requeue(entry, requeues)
    if entry.original_job_id:
        origin = Requeue.objects.filter(job_id=entry.original_job_id).exclude(entry_id=entry.pk).first()
        if origin:
            events.append(
                Event(
                    origin.created_at,
                    f"Job {origin.job_id} was requeued from entry {origin.entry_id}",
                    origin.actor,
                    entry_id=origin.entry_id,
                    operation_id=origin.operation_id,
                )
            )
    return sorted(events, key=lambda event: event.at)


def _due(entry: BackfillDlq) -> str:
    """The engine moves run_at on with every failure, so a job that died has the time of the try that it did not get."""
    return "The next try would have been due" if (entry.original_run_at or entry.failed_at) > entry.failed_at else "Due"


def full_history(entry_id: int, entry: BackfillDlq | None) -> list[Event]:
    """The timeline and everything that people did, also of an entry that is gone; newest first."""
    events = timeline(entry) if entry else _requeued(None, _requeues(entry_id))
    for result in OperationEntry.objects.filter(entry_id=entry_id).select_related("operation")[:MOST_EVENTS]:
        operation = result.operation
        kind = BulkOperation.Kind(operation.kind)
        is_done = result.result == OperationEntry.Result.DONE
        what = DONE[kind] if is_done else f"{TRIED[kind]} {result.get_result_display()}"
        detail = result.reason or operation.note or operation.reason
        events.append(Event(result.created_at, what, operation.actor, detail, operation_id=operation.pk))
    for deletion in (
        DeletedEntry.objects.filter(entry_id=entry_id).select_related("operation").defer("row")[:MOST_EVENTS]
    ):
        reason = deletion.operation.reason
        events.append(
            Event(
                deletion.deleted_at,
                DONE[BulkOperation.Kind.DELETE],
                deletion.operation.actor,
                reason,
                operation_id=deletion.operation_id,
            )
        )
    edits = LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(BackfillDlq), object_id=str(entry_id)
    ).select_related("user")
    for edit in edits[:MOST_EVENTS]:
        events.append(Event(edit.action_time, "Notes changed", edit.user.get_username(), edit.get_change_message()))
    return sorted(events, key=lambda event: event.at, reverse=True)


def _requeues(entry_id: int) -> list[Requeue]:
    return list(Requeue.objects.filter(entry_id=entry_id).select_related("operation").order_by("-id")[:MOST_EVENTS])


def _requeued(entry: BackfillDlq | None, requeues: list[Requeue]) -> list[Event]:
    """Each requeue of ours, with what is known of its job now, and the entry that it came back as."""
    jobs = [requeue.job_id for requeue in requeues]
    if not jobs:
        return []
    states = _states(jobs)
    came_back = dict(BackfillDlq.objects.filter(original_job_id__in=jobs).values_list("original_job_id", "pk"))
    events = []
    for requeue in requeues:
        state = states.get(requeue.job_id)
        detail = f"as job {requeue.job_id}"
        if requeue.replaced:
            detail += ", in place of a waiting job with the same key"
        returned_as = came_back.get(requeue.job_id)
        here = entry is not None and returned_as == entry.pk
        if state:
            detail += f" – {state}"
        elif here:
            detail += " – failed again, and came back here"
        elif returned_as:
            detail += f" – failed again, and came back as entry {returned_as}"
        else:
            detail += " – no longer in the queue, and did not come back"
        for label, text in (("Reason", requeue.operation.reason), ("Note", requeue.operation.note)):
            detail += f"\n{label}: {text}" if text else ""
        events.append(
            Event(
                requeue.created_at,
                "Requeued",
                requeue.actor,
                detail,
                entry_id=None if here else returned_as,
                operation_id=requeue.operation_id,
            )
        )
    return events


def _library_requeue(entry: BackfillDlq, requeues: list[Requeue]) -> list[Event]:
    """The table's own last_requeued_at, where the requeue was not made here."""
    ours = {requeue.created_at for requeue in requeues}
    if entry.last_requeued_at is None or entry.last_requeued_at in ours:
        return []
    return [
        Event(
            entry.last_requeued_at, "Requeued", "elsewhere", "by the backfill library or by hand; its job is not known"
        )
    ]


def _states(jobs: list[int]) -> dict[int, str]:
    """What the queue says of these jobs; one that it does not list has finished, or was removed."""
    found = dicts(statement("entry/job_states", TABLE), {"jobs": jobs})
    return {job["id"]: _state(job["attempts"], job["max_attempts"], locked=job["locked"]) for job in found}


def _state(attempts: int, max_attempts: int, *, locked: bool) -> str:
    if locked:
        return "running now"
    if attempts >= max_attempts:
        return "failed again, on its way back here"
    return "waiting to be tried again" if attempts else "waiting"
