"""Note: adds a note to entries, or puts it in the place of theirs. Each is kept in the entry's history."""

from __future__ import annotations

from collections.abc import Sequence

from dlq.models import BulkOperation
from dlq.operations.chunk import ChunkResult
from dlq.operations.kind import Kind
from dlq.operations.kinds.note.forms import NoteForm
from dlq.operations.kinds.note.noting import note_chunk
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
        return note_chunk(operation, ids)
