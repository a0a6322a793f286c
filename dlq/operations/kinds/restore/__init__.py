"""Restore: puts deleted entries from the trash back into the table, exactly as they were."""

from __future__ import annotations

from collections.abc import Sequence

from dlq.models import BulkOperation, DeletedEntry
from dlq.operations.batch import Batch, BatchFinder
from dlq.operations.chunk import ChunkResult
from dlq.operations.kind import Kind
from dlq.operations.kinds.restore.restoring import deleted_together, next_in_trash, restore_chunk
from dlq.operations.reasons import Wording


class RestoreKind(Kind):
    name = "restore"
    permission = "dlq.delete_backfilldlq"
    done = "restored from the trash"
    reasons = {
        "not_in_trash": Wording("it is not in the trash any more"),
        "restore_conflict": Wording("its id or its key is taken by another entry now"),
        "restore_sequence": Wording("its id lies above the table's counter, which would hand it out again"),
        "restore_column": Wording(
            "the table has no column {about} any more, so the entry can't be restored whole",
            "the table lacks a column that they had",
        ),
    }

    def next_batch(self, operation: BulkOperation, finder: BatchFinder) -> Batch:
        return next_in_trash(operation)

    def act(self, operation: BulkOperation, ids: Sequence[int]) -> ChunkResult:
        return restore_chunk(operation, ids)

    def together(self, entry_ids: Sequence[int]) -> Sequence[int]:
        return deleted_together(entry_ids)

    def to_undo(self, operation: BulkOperation | None) -> int:
        return DeletedEntry.objects.filter(operation=operation).count()
