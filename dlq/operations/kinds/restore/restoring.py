"""Restores a chunk of entries from the trash."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Max, QuerySet

from dlq.conf import conf
from dlq.db.identifiers import literal, quoted
from dlq.db.statements import rows
from dlq.models import BulkOperation, DeletedEntry
from dlq.operations.batch import Batch, next_ticked
from dlq.operations.chunk import ChunkResult, refused
from dlq.operations.reasons import Reason
from dlq.table.columns import TableColumn, table_columns
from dlq.table.location import TABLE

JSON_TYPES = ("json", "jsonb")


def next_in_trash(operation: BulkOperation) -> Batch:
    """The next entries, in id order, that a restore has not looked at yet, locked. Chosen ones that are not there are skipped."""
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


def _trash_of(operation: BulkOperation) -> QuerySet[DeletedEntry]:
    """What a restore may put back: what one operation deleted, or whatever is in the trash."""
    trash = DeletedEntry.objects.all()
    return trash.filter(operation=operation.undoes_id) if operation.undoes_id else trash


def restore_chunk(operation: BulkOperation, ids: Sequence[int]) -> ChunkResult:
    """Restore these entries from the trash. What can't be restored stays there."""
    result = ChunkResult()
    # An id can be in the trash twice only if somebody used it again by hand: the row deleted last is restored.
    chosen = _trash_of(operation).filter(entry_id__any_of=list(ids)).order_by()
    trash = [newest for _entry, newest in chosen.values_list("entry_id").annotate(newest=Max("id"))]
    kept_columns, ids_above_counter = _about(trash)
    present = {column.name: column for column in table_columns(TABLE)}
    if vanished := kept_columns - set(present):
        result.skipped = {entry: Reason("restore_column", ", ".join(sorted(vanished))) for entry in ids}
        return result
    lists = _columns_and_values(
        [column for name, column in present.items() if name in kept_columns and not column.is_generated]
    )
    result.skipped |= {entry: Reason("restore_sequence") for entry in ids_above_counter}

    restored: set[int] = set()

    def restore(part: Sequence[int]) -> None:
        query = TABLE.statement("operations/kinds/restore/restore", **lists)
        restored.update(
            entry for (entry,) in rows(query, {"ids": list(part), "operation": operation.pk, "trash": trash})
        )

    if wanted := [entry for entry in ids if entry not in ids_above_counter]:
        result.failed |= refused(wanted, restore)
    result.done = len(restored)
    left = set(ids) - restored - set(result.failed) - set(result.skipped)
    result.skipped |= {entry: Reason("restore_conflict") for entry in sorted(left)}
    return result


def _about(trash: Sequence[int]) -> tuple[set[str], set[int]]:
    """The columns that the deleted rows had, and those ids that the table's own counter has not reached."""
    query = TABLE.statement("operations/kinds/restore/about")
    ((columns, above),) = rows(query, {"trash": list(trash), "table": TABLE.regclass})
    return set(columns), set(above)


def _columns_and_values(columns: Sequence[TableColumn]) -> dict[str, str]:
    """The columns that a restore writes, and where it takes them from.

    json_populate_record makes SQL NULL of a JSON null, so JSON columns are read from the row's text.
    """
    names, values = [], []
    for column in columns:
        name, text = quoted(column.name), literal(column.name)
        names.append(name)
        if column.type_name in JSON_TYPES:
            values.append(f"CASE WHEN {text} <> ALL (d.null_columns) THEN (d.row -> {text})::{column.type_name} END")
        else:
            values.append(f"r.{name}")
    return {"columns": ", ".join(names), "values": ", ".join(values)}
