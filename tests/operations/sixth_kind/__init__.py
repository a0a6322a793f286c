"""A sixth kind of operation, as somebody would add one: this folder and a line in the registry."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from django import forms

from dlq.db.statements import array, rows
from dlq.models import BulkOperation
from dlq.operations.chunk import ChunkResult, acted_on, refused
from dlq.operations.forms import ConfirmForm
from dlq.operations.kind import FollowUp, Kind
from dlq.operations.reasons import Reason, Wording
from dlq.table.location import TABLE

FIRST = "UPDATE {table} SET priority = -1 WHERE id = ANY (%(ids)s) AND priority <> -1 RETURNING id"


class HurryForm(ConfirmForm):
    why_so_urgent = forms.CharField(max_length=100)

    @property
    def details(self) -> dict[str, str]:
        return {"reason": f"{self.cleaned_data['reason']} {self.cleaned_data['why_so_urgent']}".strip()}


def _note(operation: BulkOperation, _jobs: Counter[str]) -> str:
    return f"Note on these {operation.done_count} …" if operation.done_count else ""


class HurryKind(Kind):
    name = "hurry"
    permission = "dlq.export_backfilldlq"
    done = "put first in the line"
    verb = "put first in the line"
    action = "hurry_selected"
    action_label = "Hurry …"
    button = "Hurry"
    form = HurryForm
    reasons = {"hurried_already": Wording("its priority is {about} already", "are first already")}
    follow_ups = (FollowUp("note_these", "note", _note, lambda operation: [("priority_max", "-1")]),)

    def act(self, operation: BulkOperation, ids: Sequence[int]) -> ChunkResult:
        hurried: set[int] = set()

        def hurry(part: Sequence[int]) -> None:
            found = rows(FIRST.format(table=TABLE.names["table"]), {"ids": array(part)})
            hurried.update(entry for (entry,) in found)

        failed = refused(ids, hurry)
        skipped = {entry: Reason("hurried_already", "-1") for entry in sorted(set(ids) - hurried - set(failed))}
        result = acted_on([entry for entry in ids if entry not in skipped], hurried, failed)
        result.skipped = skipped
        return result

    def explanation(self) -> str:
        return "When somebody requeues them, their jobs run before all others."

    def facts(self, operation: BulkOperation) -> list[tuple[str, str]]:
        return [("Priority", "-1")]
