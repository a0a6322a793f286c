"""An entry's notes, edited on its page without overwriting anybody. Each is kept in the history, with the name of the person."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.text import normalize_newlines

from dlq.models import BackfillDlq, EntryNote


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
        if normalize_newlines(current) not in (normalize_newlines(seen), normalize_newlines(text)):
            raise NoteConflict(current)
        entries.update(notes=text or None)
        if current != text:
            replaced = "" if text.startswith(current) else current
            EntryNote.objects.create(
                entry_id=entry_id, text=text, replaced=replaced, actor=actor, created_at=timezone.now()
            )
    return NoteSaved(current, text)


def lost_note(entry: BackfillDlq) -> EntryNote | None:
    """The last note written here, if the entry has none now: the library's requeue overwrites notes, with nothing too.

    One that a person emptied on purpose was the last one written, and is empty.
    """
    if entry.notes:
        return None
    last = EntryNote.objects.filter(entry_id=entry.pk).order_by("-pk").first()
    return last if last and last.text else None
