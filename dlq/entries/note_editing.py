"""An entry's notes, edited on its page without overwriting anybody. Each is kept in the history, with the name of the person."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import DatabaseError
from django.utils import timezone
from django.utils.text import normalize_newlines

from dlq.db.bisection import is_about_a_row
from dlq.db.limits import Locked, lock_limit
from dlq.db.statements import execute
from dlq.models import BackfillDlq, EntryNote
from dlq.redaction.masked_columns import Raw
from dlq.redaction.putting_back import MasksChanged, put_back
from dlq.redaction.texts import masked, said_by


class NoteRefused(Exception):
    """The table did not take the note; the text says why, as an end of "The notes were not saved: "."""


class NoteConflict(Exception):
    """Somebody else changed the note meanwhile; `current` is what it says now."""

    def __init__(self, current: str) -> None:
        super().__init__(current)
        self.current = current


def save_note(entry_id: int, *, seen: str, text: str, actor: str) -> bool:
    """Replace an entry's note, if it still is what the writer saw, and keep both texts in its history.

    Returns whether it changed. Raises NoteConflict if it is not, NoteRefused if the table does not take it or somebody else
    holds the row, BackfillDlq.DoesNotExist if the entry is gone. Touches no other column.
    """
    with _refusals(), lock_limit():
        entries = BackfillDlq.objects.filter(pk=entry_id)
        current = entries.select_for_update().values_list(Raw("notes"), flat=True).get() or ""
        shown = normalize_newlines(masked(current))
        if shown != normalize_newlines(seen) and normalize_newlines(text) not in (shown, normalize_newlines(current)):
            raise NoteConflict(shown)
        text = _with_what_is_masked(text, current or _kept(entry_id))
        is_changed = current != text
        if is_changed:
            if not entries.update(notes=text or None):
                raise NoteRefused("a trigger of the table’s owner kept them as they were.")
            # What is deferred to the commit would be refused there, after we said that it was saved.
            execute("SET CONSTRAINTS ALL IMMEDIATE")
            replaced = "" if text.startswith(current) else current
            EntryNote.objects.create(
                entry_id=entry_id, text=text, replaced=replaced, actor=actor, created_at=timezone.now()
            )
    return is_changed


def _with_what_is_masked(text: str, current: str) -> str:
    """The writer saw masks in the place of secrets, which stay."""
    if current and normalize_newlines(text) == normalize_newlines(masked(current)):
        return current
    try:
        return put_back(text, current)
    except MasksChanged:
        raise NoteRefused("what is masked in them must stay as it is, or go with all the rest.") from None


def _kept(entry_id: int) -> str:
    """What the last note written here said, which may be put back where somebody else's requeue emptied the notes."""
    return EntryNote.objects.filter(entry_id=entry_id).order_by("-pk").values_list(Raw("text"), flat=True).first() or ""


@contextmanager
def _refusals() -> Iterator[None]:
    """What is about this one row, and not about the database, as NoteRefused."""
    try:
        yield
    except Locked:
        raise NoteRefused("somebody else is changing this failed job at the moment. Try again.") from None
    except DatabaseError as error:
        if not is_about_a_row(error):
            raise
        raise NoteRefused(f"the database refused them: {said_by(error)}") from error


@dataclass(frozen=True)
class LostNote:
    """What a person wrote and the table no longer has."""

    note: EntryNote
    restored: str
    """What the notes would be with it: nothing of the present ones is lost either."""


def lost_note(entry: BackfillDlq) -> LostNote | None:
    """The last note written here, if the entry's do not contain it: the library's requeue puts its own text there, or none.

    One that a person emptied on purpose was the last one written, and is empty.
    """
    last = EntryNote.objects.filter(entry_id=entry.pk).order_by("-pk").first()
    current = entry.notes or ""
    if not last or normalize_newlines(last.text) in normalize_newlines(current):
        return None
    return LostNote(last, f"{last.text}\n{current}" if current else last.text)
