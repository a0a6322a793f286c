"""Edits the payloads of a chunk of entries and requeues them: both or neither, of each."""

from __future__ import annotations

from collections.abc import Sequence

from dlq.db.statements import array, dicts, rows
from dlq.models import BulkOperation
from dlq.models.editrecord import DIGEST
from dlq.operations.chunk import ChunkResult, refused
from dlq.operations.kinds.edit.changes import Edit
from dlq.operations.kinds.requeue.plan import Plan, plan_of
from dlq.operations.kinds.requeue.requeueing import requeue_chunk
from dlq.operations.reasons import Reason
from dlq.redaction.masked_columns import json_has_masked, masked_json
from dlq.table.location import TABLE

MASKED = "masked"
"""The refusal of what has something that is masked for the person."""


def edit_chunk(operation: BulkOperation, ids: Sequence[int]) -> ChunkResult:
    """Edit these locked entries and requeue them. Skipped ones keep everything, their payload too."""
    edit = Edit.of(operation)
    query = edit_statement("operations/kinds/edit/act")

    def write(part: Sequence[int]) -> set[int]:
        parameters = {"ids": array(part), "operation": operation.pk, **edit.parameters}
        return {entry for (entry,) in rows(query, parameters)}

    return requeue_chunk(operation, ids, plan=plan_of_edit, first=write)


def plan_of_edit(operation: BulkOperation, ids: Sequence[int]) -> Plan:
    """Who may not be requeued, and whose payload can't be edited, with the reason for each."""
    plan = plan_of(operation, ids)
    edit = Edit.of(operation)
    query, found = edit_statement("operations/kinds/edit/decide"), dict[int, Reason]()

    def look(part: Sequence[int]) -> None:
        for one in dicts(query, {"ids": array(part), "sees_all": operation.sees_all, **edit.parameters}):
            # Before anything was typed only what is masked speaks against it.
            if edit.changes or one["refusal"] == MASKED:
                found[one["id"]] = Reason(one["refusal"], one["refusal_about"] or "")

    if chosen := plan.chosen:
        # A payload of the type json may hold what jsonb can't.
        plan.failed |= refused(chosen, look)
        plan.skipped |= found
    return plan


def edit_statement(name: str) -> str:
    """One of this kind's statements, with what the changes make of a payload."""
    return TABLE.statement(
        name,
        edited=TABLE.statement("operations/kinds/edit/edited"),
        digest=DIGEST,
        is_masked=json_has_masked("e.payload::jsonb"),
        masked_before=masked_json("e.payload::jsonb"),
        masked_after=masked_json("edited.doc"),
    )
