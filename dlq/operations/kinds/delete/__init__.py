"""Delete: moves entries to the trash, from where they can be restored exactly as they were."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from django.utils.html import format_html

from dlq.conf import conf
from dlq.db.identifiers import literal, quoted
from dlq.db.statements import array, scalar
from dlq.models import BulkOperation, ChainLife, DeletedEntry
from dlq.operations.batch import Batch, BatchFinder, next_batch, next_with_others
from dlq.operations.chunk import ChunkResult, acted_on, refused
from dlq.operations.kind import FollowUp, Kind
from dlq.operations.kinds.delete.forms import DeleteForm
from dlq.operations.kinds.delete.taken_along import TakenAlong, go_along_with, taken_along_by
from dlq.table.columns import table_columns
from dlq.table.location import TABLE
from dlq.web.site_addresses import address_of


def _restore(operation: BulkOperation, _jobs: Counter[str]) -> str:
    in_trash = operation.is_over and DeletedEntry.objects.filter(operation=operation).exists()
    return "Restore what was deleted" if in_trash else ""


def _choose(operation: BulkOperation) -> str:
    address = f"{address_of('dlq_deletedentry_changelist')}?operation__id__exact={operation.pk}"
    return format_html('<a href="{}">Choose some in the trash</a>', address)


class DeleteKind(Kind):
    name = "delete"
    permission = "dlq.delete_backfilldlq"
    done = "moved to the trash"
    verb = "delete"
    action = "delete_selected"
    action_label = "Delete …"
    button = "Delete"
    is_destructive = True
    form = DeleteForm
    preflight_template = "dlq/operations/taken_along.html"
    settles_first = True
    follow_ups = (FollowUp("restore", "restore", _restore, beside=_choose),)

    def next_batch(self, operation: BulkOperation, finder: BatchFinder) -> Batch:
        if operation.leaves_earlier_lives or not ChainLife.objects.exists():
            return next_batch(operation, finder)
        return next_with_others(operation, go_along_with)

    def act(self, operation: BulkOperation, ids: Sequence[int]) -> ChunkResult:
        deleted: set[int] = set()
        null_columns = _names_of_null_columns()

        def move(part: Sequence[int]) -> None:
            query = TABLE.statement("operations/kinds/delete/act", null_columns=null_columns)
            deleted.update(scalar(query, {"ids": array(part), "operation": operation.pk}) or ())

        return acted_on(ids, deleted, refused(ids, move))

    def explanation(self) -> str:
        return (
            f"Deleted failed jobs are kept in the trash for {conf.TRASH_DAYS} days: the operation’s page has a button to restore"
            " them exactly as they were."
        )

    def preflight(self, operation: BulkOperation, seen: Sequence[int]) -> TakenAlong | None:
        return taken_along_by(operation)

    def facts(self, operation: BulkOperation) -> list[tuple[str, str]]:
        return [("Earlier lives", "left where they were")] if operation.leaves_earlier_lives else []


def _names_of_null_columns() -> str:
    """An SQL expression over the row `e`: the names of its columns that are NULL."""
    cases = [
        f"CASE WHEN e.{quoted(column.name)} IS NULL THEN {literal(column.name)} END"
        for column in table_columns(TABLE)
        if not column.not_null
    ]
    return f"array_remove(ARRAY[{', '.join(cases)}]::text[], NULL)"
