"""Writes a note into a chunk of entries."""

from __future__ import annotations

from collections.abc import Sequence

from dlq.db.statements import array, rows
from dlq.models import BulkOperation
from dlq.operations.chunk import ChunkResult, acted_on, refused
from dlq.table.location import TABLE


def note_chunk(operation: BulkOperation, ids: Sequence[int]) -> ChunkResult:
    """Add the operation's note to these locked entries, or put it in the place of theirs."""
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
