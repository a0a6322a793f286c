"""Delete moves entries to the trash; restore puts them back exactly as they were."""

from __future__ import annotations

from collections.abc import Sequence

from psycopg import sql as psql

from dlq import catalogue
from dlq.db import rows
from dlq.models import BulkOperation, DeletedEntry
from dlq.models.backfilldlq import TABLE
from dlq.services.chunk import Outcome, refused
from dlq.services.reasons import reason
from dlq.sql import statement
from dlq.table import quoted

JSON_TYPES = ("json", "jsonb")


def delete_chunk(operation: BulkOperation, ids: Sequence[int]) -> Outcome:
    """Move these locked entries to the trash."""
    outcome = Outcome()
    null_columns = _names_of_null_columns()

    def move(part: Sequence[int]) -> None:
        query = statement("delete/act", TABLE, null_columns=null_columns)
        outcome.done += [entry for (entry,) in rows(query, {"ids": list(part), "operation": operation.pk})]

    outcome.failed |= refused(ids, move)
    return outcome


def restore_chunk(operation: BulkOperation, ids: Sequence[int]) -> Outcome:
    """Put these entries back from the trash of the operation that deleted them. What can't be put back stays there."""
    outcome = Outcome()
    kept_columns, ids_above_counter = _about_the_trash(operation, ids)
    present = {column.name: column for column in catalogue.columns(TABLE)}
    if vanished := kept_columns - set(present):
        outcome.skipped = {entry: reason("restore_column", ", ".join(sorted(vanished))) for entry in ids}
        return outcome
    lists = _columns_and_values(
        [column for name, column in present.items() if name in kept_columns and not column.is_generated]
    )
    outcome.skipped |= {entry: reason("restore_sequence") for entry in ids_above_counter}

    def put_back(part: Sequence[int]) -> None:
        query = statement("delete/restore", TABLE, **lists)
        restored = rows(query, {"ids": list(part), "operation": operation.pk, "deletion": operation.restores_id})
        outcome.done += [entry for (entry,) in restored]

    if wanted := [entry for entry in ids if entry not in ids_above_counter]:
        outcome.failed |= refused(wanted, put_back)
    left = set(ids) - set(outcome.done) - set(outcome.failed) - set(outcome.skipped)
    outcome.skipped |= {entry: reason("restore_conflict") for entry in sorted(left)}
    return outcome


def _about_the_trash(operation: BulkOperation, ids: Sequence[int]) -> tuple[set[str], set[int]]:
    """The columns that the deleted rows had, and those ids that the table's own counter has not reached."""
    ((columns, above),) = rows(
        statement("delete/about_trash", TABLE),
        {"deletion": operation.restores_id, "ids": list(ids), "table": TABLE.regclass},
    )
    return set(columns), set(above)


def next_in_trash(operation: BulkOperation, limit: int) -> list[int]:
    """The next entries, in id order, that a restore has not looked at yet, locked."""
    trash = DeletedEntry.objects.filter(operation=operation.restores_id, entry_id__gt=operation.cursor)
    return list(trash.order_by("entry_id").select_for_update().values_list("entry_id", flat=True)[:limit])


def _names_of_null_columns() -> str:
    """An SQL expression over the row `e`: the names of its columns that are NULL."""
    cases = [
        f"CASE WHEN e.{quoted(column.name)} IS NULL THEN {_literal(column.name)} END"
        for column in catalogue.columns(TABLE)
        if not column.not_null
    ]
    return f"array_remove(ARRAY[{', '.join(cases)}]::text[], NULL)"


def _columns_and_values(columns: Sequence[catalogue.Column]) -> dict[str, str]:
    """The columns that a restore writes, and where it takes them from.

    json_populate_record makes SQL NULL of a JSON null, so JSON columns are read from the row's text.
    """
    names, values = [], []
    for column in columns:
        name, literal = quoted(column.name), _literal(column.name)
        names.append(name)
        if column.type_name in JSON_TYPES:
            values.append(
                f"CASE WHEN {literal} <> ALL (d.null_columns) THEN (d.row -> {literal})::{column.type_name} END"
            )
        else:
            values.append(f"r.{name}")
    return {"columns": ", ".join(names), "values": ", ".join(values)}


def _literal(name: str) -> str:
    return psql.Literal(name).as_string(None).replace("%", "%%")
