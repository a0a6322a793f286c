"""All that happened to an entry, from the table, the queue and our own records, in order of time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.timezone import localtime

from dlq.entries.chain import Chain
from dlq.models import BackfillDlq, DeletedEntry, EditRecord, EntryNote, OperationEntry, PayloadEdit, Requeue
from dlq.operations.kinds import KINDS, event_of, in_words
from dlq.operations.kinds.edit.changes import Edit
from dlq.operations.reasons import Reason
from dlq.outcomes.job_states import JobState, states_of_requeues
from dlq.outcomes.labels import SHORT, WORDS
from dlq.redaction.texts import masked

MOST_EVENTS = 500
"""Of each kind. An entry with more has been requeued every few minutes for days; its newest are the ones that tell."""


@dataclass(frozen=True)
class Event:
    """Something that happened. `entry_id` names another entry that it leads to, `operation_id` the operation it was part of.

    `detail` is masked, wherever it comes from. `life` says what a life of a chain is now; it may be compared where it is here.
    """

    at: datetime
    what: str
    who: str = ""
    detail: str = ""
    entry_id: int | None = None
    operation_id: int | None = None
    life: str = ""
    may_compare: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "detail", masked(self.detail))


def timeline(entry: BackfillDlq, chain: Chain) -> list[Event]:
    """The life of the job and of its requeues: created, due, died, requeued, came back; of all lives of the failure."""
    requeues = _requeues([life.entry_id for life in chain.lives])
    own = [requeue for requeue in requeues if requeue.entry_id == entry.pk]
    whose = _whose_creation(entry, own)
    job = entry.original_job_id
    first, *later = _lived(entry, chain, entry.failure_reason + (f"\nas job {job}" if job and whose else ""))
    events = [] if chain.has_before(entry.pk) else _came_to_be(entry, whose)
    # Of a key's earlier failures the table keeps nothing but their number.
    earlier = {requeue.failed_at for requeue in own if requeue.failed_at and requeue.failed_at < entry.failed_at}
    events += [Event(moment, "Failed for good", detail="what it said then is not kept") for moment in earlier]
    events += [first, *_requeued(entry, requeues), *_library_requeue(entry, own), *later]
    return sorted(events, key=lambda event: event.at)


def _came_to_be(entry: BackfillDlq, whose: str) -> list[Event]:
    """Of what came from a requeue of ours that requeue tells."""
    job = entry.original_job_id
    moments = (
        (entry.original_created_at, "Created", whose or (f"job {job}" if job else "")),
        (entry.original_run_at, _due(entry), whose),
    )
    return [Event(moment, what, detail=detail) for moment, what, detail in moments if moment]


def _lived(entry: BackfillDlq, chain: Chain, why: str) -> Iterator[Event]:
    """The failure of each life, this entry's own with why. One that is gone failed at a time that is not known."""
    for number, life in enumerate(chain.lives):
        is_own = life.entry_id == entry.pk
        after = chain.lives[number + 1].requeued_at if number + 1 < len(chain.lives) else None
        yield Event(
            entry.failed_at if is_own else life.failed_at or life.requeued_at or after or entry.failed_at,
            "Failed for good",
            detail=why if is_own else "",
            entry_id=None if is_own else life.entry_id,
            life=chain.in_words(life) if len(chain.lives) > 1 else "",
            may_compare=life.is_here and not is_own,
        )


def _whose_creation(entry: BackfillDlq, requeues: list[Requeue]) -> str:
    """Whose, in words, if the times of creation may not be those of the job that failed last; "" if they are.

    The library leaves them as they are when a key fails again, and puts in the number of the new job.
    """
    if not entry.job_key or not entry.original_created_at:
        return ""
    made_at = next((one.created_at for one in requeues if one.job_id == entry.original_job_id), None)
    if made_at:
        return "an earlier job with its key" if entry.original_created_at < made_at else ""
    return "a job with its key, maybe an earlier one" if entry.failure_count > 1 else ""


def _due(entry: BackfillDlq) -> str:
    """The engine moves run_at on with every failure, so a job that died has the time of the try that it did not get."""
    return "The next try would have been due" if (entry.original_run_at or entry.failed_at) > entry.failed_at else "Due"


def status_in_words(entry: Any, state: JobState | None, chain: Chain) -> str:
    """What became of the entry: of its latest requeue, or as far as the table itself tells (`entry.status`, as stored)."""
    if chain.standing != entry.pk:
        return f"superseded by #{chain.standing}, which stands for both"
    if entry.status == "new" and chain.has_before(entry.pk):
        return SHORT[Requeue.Outcome.FAILED_AGAIN]
    requeued_elsewhere = state and entry.last_requeued_at and state.requeued_at < entry.last_requeued_at
    if state is None or requeued_elsewhere or state.requeued_at < entry.failed_at <= timezone.now():
        return SHORT[entry.status]
    return SHORT[state.state]


def full_history(entry_id: int, entry: BackfillDlq | None) -> list[Event]:
    """The timeline and everything that people did, also of an entry that is gone; newest first."""
    events = timeline(entry, Chain.of(entry_id)) if entry else _requeued(None, _requeues([entry_id]))
    events += [*_operated(entry_id), *_deleted(entry_id), *_noted(entry_id), *_edited(entry_id)]
    events += _payload_edited(entry_id)
    return sorted(events, key=lambda event: event.at, reverse=True)


def _operated(entry_id: int) -> Iterator[Event]:
    for result in OperationEntry.objects.filter(entry_id=entry_id).select_related("operation")[:MOST_EVENTS]:
        operation = result.operation
        is_done = result.result == OperationEntry.Result.DONE
        what = (
            event_of(operation.kind)
            if is_done
            else f"{capfirst(operation.kind_in_words)} {result.get_result_display()}"
        )
        detail = (operation.note or operation.reason) if is_done else in_words(Reason(result.code, result.about))
        yield Event(result.created_at, what, operation.actor, detail, operation_id=operation.pk)


def _deleted(entry_id: int) -> Iterator[Event]:
    trash = DeletedEntry.objects.filter(entry_id=entry_id).select_related("operation").defer("row")
    for deletion in trash[:MOST_EVENTS]:
        operation = deletion.operation
        what = event_of(operation.kind)
        yield Event(deletion.deleted_at, what, operation.actor, operation.reason, operation_id=operation.pk)


def _noted(entry_id: int) -> Iterator[Event]:
    """Notes written here, except those of a requeue, which its own event tells of."""
    requeueing = [kind.name for kind in KINDS.values() if kind.makes_jobs]
    kept = EntryNote.objects.filter(entry_id=entry_id).exclude(operation__kind__in=requeueing)
    for note in kept.order_by("-pk")[:MOST_EVENTS]:
        detail = note.text or "(emptied)"
        if note.replaced:
            detail = f"{detail}\nin place of:\n{note.replaced}"
        what = event_of("note") if note.operation_id else "Notes changed"
        yield Event(note.created_at, what, note.actor, detail, operation_id=note.operation_id)


def _edited(entry_id: int) -> Iterator[Event]:
    """Who was shown what is masked; and what was changed before notes had records of their own."""
    kinds = (EditRecord.Kind.ENTRY, EditRecord.Kind.SEEN)
    edits = EditRecord.objects.filter(kind__in=kinds, object_id=entry_id).order_by("-pk")
    for edit in edits[:MOST_EVENTS]:
        if edit.kind == EditRecord.Kind.SEEN:
            yield Event(edit.created_at, "Looked at what is masked", edit.actor)
        else:
            yield Event(edit.created_at, "Changed", edit.actor, edit.in_words)


def _payload_edited(entry_id: int) -> Iterator[Event]:
    """What was changed of the payload, without the values: the operation's page has them."""
    edits = PayloadEdit.objects.filter(entry_id=entry_id).select_related("operation").defer("original").order_by("-pk")
    for edit in edits[:MOST_EVENTS]:
        operation = edit.operation
        detail = "; ".join(change.in_words for change in Edit.of(operation).changes)
        yield Event(edit.created_at, "Payload edited", operation.actor, detail, operation_id=operation.pk)


def _requeues(entry_ids: list[int]) -> list[Requeue]:
    return list(
        Requeue.objects.filter(entry_id__in=entry_ids).select_related("operation").order_by("-id")[:MOST_EVENTS]
    )


def _requeued(entry: BackfillDlq | None, requeues: list[Requeue]) -> list[Event]:
    """Each requeue of ours, with what became of its job, and the entry that it came back as."""
    states = states_of_requeues([requeue.pk for requeue in requeues]) if requeues else {}
    events = []
    for requeue in requeues:
        state = states.get(requeue.pk)
        here = bool(state and entry is not None and state.returned_as == requeue.entry_id == entry.pk)
        detail = f"as job {requeue.job_id}"
        if requeue.replaced:
            detail += ", in place of a waiting job with the same key"
            detail += f" of another task: {requeue.replaced_task}" if requeue.replaced_task else ""
        detail += f" – {_became(state, here=here)}"
        for label, text in (("Reason", requeue.operation.reason), ("Note", requeue.operation.note)):
            detail += f"\n{label}: {text}" if text else ""
        events.append(
            Event(
                requeue.created_at,
                "Requeued",
                requeue.actor,
                detail,
                entry_id=state.returned_as if entry is None and state else None,
                operation_id=requeue.operation_id,
            )
        )
    return events


def _became(state: JobState | None, *, here: bool) -> str:
    if state is None:
        return "what became of it is not known: this database role can't see the queue"
    if here:
        return "failed again, and came back here"
    if state.returned_as:
        return f"failed again, and came back as failed job {state.returned_as}"
    if state.state == Requeue.Outcome.FAILED_AGAIN:
        return "failed again, on its way back here"
    if state.locked_at and state.freed_at:
        since, freed = (date_format(localtime(moment), "j M H:i") for moment in (state.locked_at, state.freed_at))
        return f"running since {since} (worker {state.locked_by}); if that worker is gone, the queue frees the job by {freed}"
    return WORDS[state.state]


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
