"""Put back: gives entries the payloads that they had before somebody edited them. What is in the queue stays as it is."""

from __future__ import annotations

from collections.abc import Sequence

from dlq.models import BulkOperation, PayloadEdit
from dlq.operations.batch import Batch, BatchFinder
from dlq.operations.chunk import ChunkResult
from dlq.operations.kind import Kind
from dlq.operations.kinds.put_back.originals import next_edited, put_back_chunk
from dlq.operations.reasons import Wording


class PutBackKind(Kind):
    name = "put_back"
    permission = "dlq.edit_payload_backfilldlq"
    done = "given the original payload back"
    event = "original payload put back"
    reasons = {
        "put_back_none": Wording("there is no edit of its payload to be put back"),
        "put_back_gone": Wording("the entry is no longer in the table"),
        "put_back_later": Wording("its payload was edited again later, by operation {about}", "edited again later"),
        "put_back_changed": Wording(
            "its payload is not as the edit left it: the backfill library, or somebody, changed it since",
            "their payload is not as the edit left it",
        ),
    }

    def next_batch(self, operation: BulkOperation, finder: BatchFinder) -> Batch:
        return next_edited(operation)

    def act(self, operation: BulkOperation, ids: Sequence[int]) -> ChunkResult:
        return put_back_chunk(operation, ids)

    def to_undo(self, operation: BulkOperation | None) -> int:
        return PayloadEdit.objects.filter(operation=operation, put_back_by=None).count()
