"""Restore: puts deleted entries from the trash back into the table, exactly as they were."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Max, QuerySet

from dlq.conf import conf
from dlq.db.bisection import apply_with_bisection
from dlq.db.identifiers import literal, quoted
from dlq.db.statements import array, dicts, rows
from dlq.models import BulkOperation, DeletedEntry
from dlq.operations.batch import Batch, BatchFinder, next_ticked
from dlq.operations.chunk import ChunkResult, reason_of
from dlq.operations.kind import Kind
from dlq.operations.reasons import Reason, Wording
from dlq.table.columns import TableColumn, table_columns
from dlq.table.location import TABLE
from dlq.table.uniqueness import uniqueness

JSON_TYPES = ("json", "jsonb")


class RestoreKind(Kind):
    name = "restore"
    permission = "dlq.delete_backfilldlq"
    done = "restored from the trash"
    reasons = {
        "not_in_trash": Wording("it is not in the trash any more"),
        "restore_conflict": Wording("its id or its key is taken by another failed job now"),
        "restore_sequence": Wording("its id lies above the table's counter, which would hand it out again"),
        "restore_column": Wording(
            "the table has no column {about} any more, so the failed job can't be restored whole",
            "the table lacks a column that they had",
        ),
    }

    def next_batch(self, operation: BulkOperation, finder: BatchFinder) -> Batch:
        """The next that were not looked at yet, in id order, locked. Chosen ones that are not in the trash are skipped."""
        if operation.entry_ids is None:
            waiting = _trash_of(operation).filter(entry_id__gte=operation.next_id).order_by("entry_id")
            ids = list(waiting.select_for_update().values_list("entry_id", flat=True)[: conf.CHUNK_SIZE])
            return Batch(ids, {}, max(ids, default=operation.cursor), is_last=len(ids) < conf.CHUNK_SIZE)
        wanted = next_ticked(operation, conf.CHUNK_SIZE)
        there = _trash_of(operation).filter(entry_id__any_of=wanted).order_by("entry_id").select_for_update()
        found = set(there.values_list("entry_id", flat=True))
        missing = {entry: Reason("not_in_trash") for entry in wanted if entry not in found}
        is_last = len(wanted) < conf.CHUNK_SIZE
        return Batch(sorted(found), missing, max(wanted, default=operation.cursor), is_last)

    def act(self, operation: BulkOperation, ids: Sequence[int]) -> ChunkResult:
        """Restore these entries from the trash. What can't be restored stays there."""
        result = ChunkResult()
        # An id can be in the trash twice only if somebody used it again by hand: the row deleted last is restored.
        chosen = _trash_of(operation).filter(entry_id__any_of=list(ids)).order_by()
        trash = [newest for _entry, newest in chosen.values_list("entry_id").annotate(newest=Max("id"))]
        present = {column.name: column for column in table_columns(TABLE)}
        alike: list[tuple[set[int], str]] = []
        about = TABLE.statement("operations/kinds/restore/about")
        for group in dicts(about, {"trash": trash, "table": TABLE.regclass}):
            vanished = [name for name in group["columns"] if name not in present]
            if vanished:
                result.skipped |= {entry: Reason("restore_column", ", ".join(vanished)) for entry in group["ids"]}
                continue
            result.skipped |= {entry: Reason("restore_sequence") for entry in group["above_counter"]}
            had = [column for name, column in present.items() if name in group["columns"]]
            alike.append((set(group["ids"]), _statement([column for column in had if not column.is_generated])))

        restored: set[int] = set()

        def restore(part: Sequence[int]) -> None:
            parameters = {"operation": operation.pk, "trash": trash}
            done: set[int] = set()
            for group_ids, statement in alike:
                if among := [entry for entry in part if entry in group_ids]:
                    done.update(entry for (entry,) in rows(statement, parameters | {"ids": among}))
            # Only now: where a group is refused, all of the part is undone.
            restored.update(done)

        refusals = apply_with_bisection([entry for entry in ids if entry not in result.skipped], restore)
        result.failed = {entry: reason_of(refusal) for entry, refusal in refusals.items() if not refusal.repeats}
        result.done = len(restored)
        left = set(ids) - restored - set(result.failed) - set(result.skipped)
        result.skipped |= {entry: Reason("restore_conflict") for entry in sorted(left)}
        return result

    def together(self, entry_ids: Sequence[int]) -> Sequence[int]:
        """These entries, and the lives of their chains that the same operation deleted."""
        query = TABLE.statement("operations/kinds/restore/together")
        return sorted({*entry_ids, *(entry for (entry,) in rows(query, {"ids": array(entry_ids)}))})

    def to_undo(self, operation: BulkOperation | None) -> int:
        return DeletedEntry.objects.filter(operation=operation).count()


def _trash_of(operation: BulkOperation) -> QuerySet[DeletedEntry]:
    """What a restore may put back: what one operation deleted, or whatever is in the trash."""
    trash = DeletedEntry.objects.all()
    return trash.filter(operation=operation.undoes_id) if operation.undoes_id else trash


def _statement(columns: Sequence[TableColumn]) -> str:
    """What restores rows that had these columns.

    json_to_record makes SQL NULL of a JSON null, so JSON columns are read from the row's text.
    """
    values, types = [], []
    for column in columns:
        name, text, type_name = quoted(column.name), literal(column.name), column.type_name.replace("%", "%%")
        if type_name in JSON_TYPES:
            values.append(f"CASE WHEN {text} <> ALL (d.null_columns) THEN (d.row -> {text})::{type_name} END")
        else:
            values.append(f"r.{name}")
            types.append(f"{name} {type_name}")
    return TABLE.statement(
        "operations/kinds/restore/restore",
        columns=", ".join(quoted(column.name) for column in columns),
        values=", ".join(values),
        types=", ".join(types),
        on_conflict="" if uniqueness(TABLE).is_deferrable else "ON CONFLICT DO NOTHING",
    )
