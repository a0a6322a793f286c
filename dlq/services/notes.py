"""Notes: added by an operation, or edited on the entry's page without overwriting anybody. Each is kept in the history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from dlq.db import array, rows
from dlq.models import BackfillDlq, BulkOperation, EntryNote
from dlq.models.backfilldlq import TABLE
from dlq.services.chunk import Outcome, acted_on, refused
from dlq.sql import statement


def stamped(operation: BulkOperation) -> str:
    """The operation's note as it is appended: with the time (UTC) and the name of who wrote it."""
    return f"{operation.created_at:%Y-%m-%d %H:%M} UTC, {operation.actor}: {operation.note}"


def note_chunk(operation: BulkOperation, ids: Sequence[int]) -> Outcome:
    """Add the operation's note to these locked entries, or put it in the place of theirs."""
    noted: set[int] = set()
    parameters = {
        "operation": operation.pk,
        "actor": operation.actor,
        "note": stamped(operation),
        "replace": operation.replace_notes,
    }

    def write(part: Sequence[int]) -> None:
        found = rows(statement("note/act", TABLE), {"ids": array(part), **parameters})
        noted.update(entry for (entry,) in found)

    return acted_on(ids, noted, refused(ids, write))


@dataclass(frozen=True)
class NoteSaved:
    before: str
    after: str


class NoteConflict(Exception):
    """Somebody else changed the note meanwhile; `current` is what it says now."""

    def __init__(self, current: str) -> None:
        super().__init__(current)
        self.current = current


def save_note(entry_id: int, *, seen: str, text: str, actor: str) -> NoteSaved:
    """Replace an entry's note, if it still is what the writer saw, and keep both texts in its history.

    Raises NoteConflict if it is not, BackfillDlq.DoesNotExist if the entry is gone. Touches no other column.
    """
    with transaction.atomic():
        entries = BackfillDlq.objects.filter(pk=entry_id)
        current = entries.select_for_update().values_list("notes", flat=True).get() or ""
        if _same_lines(current) not in (_same_lines(seen), _same_lines(text)):
            raise NoteConflict(current)
        entries.update(notes=text or None)
        if current != text:
            replaced = "" if text.startswith(current) else current
            EntryNote.objects.create(
                entry_id=entry_id, text=text, replaced=replaced, actor=actor, created_at=timezone.now()
            )
    return NoteSaved(current, text)


def note_to_put_back(entry: BackfillDlq) -> EntryNote | None:
    """The last note written here, if the entry has none now: the library's requeue overwrites notes, with nothing too.

    One that a person emptied on purpose was the last one written, and is empty.
    """
    if entry.notes:
        return None
    last = EntryNote.objects.filter(entry_id=entry.pk).order_by("-pk").first()
    return last if last and last.text else None


def _same_lines(text: str) -> str:
    """A browser sends each line break of a text field as CR LF."""
    return text.replace("\r\n", "\n")
