"""Put back: gives entries the payloads that they had before somebody edited them. What is in the queue stays as it is."""

from __future__ import annotations

from collections.abc import Sequence

from dlq.db.statements import array, dicts, rows
from dlq.models import BulkOperation, PayloadEdit
from dlq.models.editrecord import DIGEST
from dlq.operations.batch import Batch, BatchFinder, next_with_records
from dlq.operations.chunk import ChunkResult, acted_on, refused
from dlq.operations.kind import Kind
from dlq.operations.reasons import Reason, Wording
from dlq.table.location import TABLE


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
        edits = PayloadEdit.objects.filter(operation=operation.undoes_id, put_back_by=None)
        return next_with_records(operation, edits)

    def act(self, operation: BulkOperation, ids: Sequence[int]) -> ChunkResult:
        """Of a whole operation what it changed, of chosen entries their latest edit. What was changed since stays as it is."""
        decided = dicts(
            TABLE.statement("operations/kinds/put_back/decide", digest=DIGEST),
            {"ids": array(ids), "undoes": operation.undoes_id},
        )
        skipped = {one["id"]: Reason(one["refusal"], one["refusal_about"] or "") for one in decided if one["refusal"]}
        edit_of = {one["id"]: one["edit"] for one in decided if not one["refusal"]}
        done: set[int] = set()

        def put_back(part: Sequence[int]) -> None:
            edits = array(edit_of[entry] for entry in part)
            found = rows(TABLE.statement("operations/kinds/put_back/act"), {"edits": edits, "operation": operation.pk})
            done.update(entry for (entry,) in found)

        going = sorted(edit_of)
        result = acted_on(going, done, refused(going, put_back)) if going else ChunkResult()
        result.skipped = skipped
        return result

    def to_undo(self, operation: BulkOperation | None) -> int:
        return PayloadEdit.objects.filter(operation=operation, put_back_by=None).count()
