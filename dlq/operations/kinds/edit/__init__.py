"""Edit: changes entries' payloads and puts their jobs back into the queue, both or neither. The originals are kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from dlq.models import BulkOperation, PayloadEdit
from dlq.operations.chunk import ChunkResult
from dlq.operations.forms import ConfirmForm
from dlq.operations.kind import FollowUp
from dlq.operations.kinds.edit.changes import Edit
from dlq.operations.kinds.edit.editing import MASKED, edit_chunk, plan_of_edit
from dlq.operations.kinds.edit.forms import ChangesForm, DocumentForm
from dlq.operations.kinds.edit.masked_values import masked_values
from dlq.operations.kinds.edit.preview import EditPreview, preview_of
from dlq.operations.kinds.edit.shown import ShownPayload, shown_payload
from dlq.operations.kinds.requeue import RequeueKind, again
from dlq.operations.kinds.requeue.preflight import Preflight, preflight_of
from dlq.operations.reasons import Wording

LONGEST_FACT = 300
"""Characters of a value on the operation's page."""


def _put_back(operation: BulkOperation, _jobs: Counter[str]) -> str:
    edited = operation.is_over and PayloadEdit.objects.filter(operation=operation, put_back_by=None).exists()
    return "Put the original payloads back" if edited else ""


class EditKind(RequeueKind):
    name = "edit"
    permission = "dlq.edit_payload_backfilldlq"
    done = "edited and requeued"
    verb = "edit and requeue"
    action = "edit_selected"
    action_label = "Edit payload …"
    button = "Edit and requeue"
    form = ChangesForm
    preview_template = "dlq/operations/edit_preview.html"
    follow_ups = (
        *(one for one in RequeueKind.follow_ups if not one.of_problems),
        FollowUp("put_back", "put_back", _put_back),
        again("edit", "Edit and requeue these …"),
    )
    reasons = {
        MASKED: Wording(
            "something in its payload is masked for whoever confirmed this: that takes the permission to see it",
            "something in their payload is masked for whoever confirmed this",
        ),
        "no_path": Wording(
            "its payload has no {about}, so nothing of it was changed",
            "their payload lacks a field that was to be changed",
        ),
        "edited_already": Wording("its payload is like that already", "their payload is like that already"),
        "payload_changed": Wording("its payload changed after the page was shown"),
        "payload_set_back": Wording(
            "its payload was edited by operation {about}, and set back since by the backfill library or by hand:"
            " edit it by itself",
            "their payload was edited before, and set back since by the backfill library or by hand",
        ),
    }

    def act(self, operation: BulkOperation, ids: Sequence[int]) -> ChunkResult:
        return edit_chunk(operation, ids)

    def explanation(self) -> str:
        return (
            "The payload is changed here, and the job goes back into its queue with it; what the payload was before is kept, and"
            " can be put back."
        )

    def form_for(self, operation: BulkOperation, count: int | None, data: Any = None) -> ConfirmForm:
        """The whole document of one; changes for many, for one too long to be edited as a text, or with something masked."""
        is_typed = bool(data and "document" in data)
        if operation.entry_ids and len(operation.entry_ids) == 1 and (is_typed or not data):
            payload = shown_payload(operation.entry_ids[0])
            if payload or is_typed:
                return DocumentForm(payload or ShownPayload("", ""), data)
        return ChangesForm(count, data)

    def preflight(self, operation: BulkOperation, seen: Sequence[int]) -> Preflight:
        return preflight_of(operation, seen, plan_of_edit)

    def preview(self, operation: BulkOperation, samples: Sequence[int]) -> EditPreview | None:
        edit = Edit.of(operation)
        return preview_of(edit, samples, sees_all=operation.sees_all) if edit.changes else None

    def facts(self, operation: BulkOperation) -> list[tuple[str, str]]:
        changes = Edit.of(operation).changes
        values = masked_values(changes)
        told = [(one.in_words, _cut(value)) for one, value in zip(changes, values, strict=True)]
        return told + super().facts(operation)


def _cut(value: str) -> str:
    return value if len(value) <= LONGEST_FACT else f"{value[:LONGEST_FACT]}…"
