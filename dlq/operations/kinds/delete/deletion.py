"""Moves a chunk of entries to the trash."""

from __future__ import annotations

from collections.abc import Sequence

from dlq.db.identifiers import literal, quoted
from dlq.db.statements import array, scalar
from dlq.models import BulkOperation
from dlq.operations.chunk import ChunkResult, acted_on, refused
from dlq.table.columns import table_columns
from dlq.table.location import TABLE


def delete_chunk(operation: BulkOperation, ids: Sequence[int]) -> ChunkResult:
    """Move these locked entries to the trash."""
    deleted: set[int] = set()
    null_columns = _names_of_null_columns()

    def move(part: Sequence[int]) -> None:
        query = TABLE.statement("operations/kinds/delete/act", null_columns=null_columns)
        deleted.update(scalar(query, {"ids": array(part), "operation": operation.pk}) or ())

    return acted_on(ids, deleted, refused(ids, move))


def _names_of_null_columns() -> str:
    """An SQL expression over the row `e`: the names of its columns that are NULL."""
    cases = [
        f"CASE WHEN e.{quoted(column.name)} IS NULL THEN {literal(column.name)} END"
        for column in table_columns(TABLE)
        if not column.not_null
    ]
    return f"array_remove(ARRAY[{', '.join(cases)}]::text[], NULL)"
