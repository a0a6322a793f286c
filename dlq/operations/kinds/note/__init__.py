"""Note: adds a note to entries, or puts it in the place of theirs. Each is kept in the entry's history."""

from __future__ import annotations

from collections.abc import Sequence

from dlq.db.statements import array, rows
from dlq.models import BulkOperation
from dlq.operations.chunk import ChunkResult, acted_on, refused
from dlq.operations.kind import Kind
from dlq.operations.kinds.note.forms import NoteForm
from dlq.table.location import TABLE
from dlq.web.permissions import ANNOTATE_ENTRIES


class NoteKind(Kind):
    name = "note"
    permission = ANNOTATE_ENTRIES
    done = "given the note"
    event = "note"
    verb = "add a note to"
    action = "add_note_to_selected"
    action_label = "Add a note …"
    button = "Add the note"
    button_before_number = "Add the note to"
    form = NoteForm

    def act(self, operation: BulkOperation, ids: Sequence[int]) -> ChunkResult:
        noted: set[int] = set()
        parameters = {
            "operation": operation.pk,
            "actor": operation.actor,
            "note": operation.stamped_note,
            "replace": operation.replace_notes,
        }

        def write(part: Sequence[int]) -> None:
            found = rows(TABLE.statement("operations/kinds/note/act"), {"ids": array(part), **parameters})
            noted.update(entry for (entry,) in found)

        return acted_on(ids, noted, refused(ids, write))
