"""Notes: appended by an operation, or edited on the entry's page without overwriting anybody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from dlq.db import rows
from dlq.models import BackfillDlq, BulkOperation
from dlq.models.backfilldlq import TABLE
from dlq.services.chunk import Outcome, refused
from dlq.sql import statement


def stamped(operation: BulkOperation) -> str:
    """The operation's note as it is appended: with the time (UTC) and the name of who wrote it."""
    return f"{operation.created_at:%Y-%m-%d %H:%M} UTC, {operation.actor}: {operation.note}"


def note_chunk(operation: BulkOperation, ids: Sequence[int]) -> Outcome:
    """Append the operation's note to these locked entries."""
    outcome = Outcome()

    def append(part: Sequence[int]) -> None:
        noted = rows(
            statement("note/act", TABLE), {"ids": list(part), "operation": operation.pk, "note": stamped(operation)}
        )
        outcome.done += [entry for (entry,) in noted]

    outcome.failed |= refused(ids, append)
    return outcome


@dataclass(frozen=True)
class NoteSaved:
    before: str
    after: str


class NoteConflict(Exception):
    """Somebody else changed the note meanwhile; `current` is what it says now."""

    def __init__(self, current: str) -> None:
        super().__init__(current)
        self.current = current


def save_note(entry_id: int, *, seen: str, text: str) -> NoteSaved:
    """Replace an entry's note, if it still is what the writer saw.

    Raises NoteConflict if it is not, BackfillDlq.DoesNotExist if the entry is gone. Touches no other column.
    """
    with transaction.atomic():
        entries = BackfillDlq.objects.filter(pk=entry_id)
        current = entries.select_for_update().values_list("notes", flat=True).get() or ""
        if _same_lines(current) not in (_same_lines(seen), _same_lines(text)):
            raise NoteConflict(current)
        entries.update(notes=text or None)
    return NoteSaved(current, text)


def _same_lines(text: str) -> str:
    """A browser sends each line break of a text field as CR LF."""
    return text.replace("\r\n", "\n")
