"""Delete moves entries to the trash, from where they can be put back exactly as they were (dlq.services.trash)."""

from __future__ import annotations

from collections.abc import Sequence

from dlq import catalogue
from dlq.db import array, scalar
from dlq.models import BulkOperation
from dlq.models.backfilldlq import TABLE
from dlq.services.chunk import Outcome, acted_on, refused
from dlq.sql import statement
from dlq.table import literal, quoted


def delete_chunk(operation: BulkOperation, ids: Sequence[int]) -> Outcome:
    """Move these locked entries to the trash."""
    deleted: set[int] = set()
    null_columns = _names_of_null_columns()

    def move(part: Sequence[int]) -> None:
        query = statement("delete/act", TABLE, null_columns=null_columns)
        deleted.update(scalar(query, {"ids": array(part), "operation": operation.pk}) or ())

    return acted_on(ids, deleted, refused(ids, move))


def _names_of_null_columns() -> str:
    """An SQL expression over the row `e`: the names of its columns that are NULL."""
    cases = [
        f"CASE WHEN e.{quoted(column.name)} IS NULL THEN {literal(column.name)} END"
        for column in catalogue.columns(TABLE)
        if not column.not_null
    ]
    return f"array_remove(ARRAY[{', '.join(cases)}]::text[], NULL)"
