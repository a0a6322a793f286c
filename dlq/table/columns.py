"""What PostgreSQL's catalogue says of the dead letter table's columns, above all those that its owner added."""

from __future__ import annotations

from dataclasses import dataclass

from dlq.conf import conf
from dlq.db.statements import dicts
from dlq.table.location import DlqTable

LIBRARY_COLUMNS = (
    "id",
    "task_identifier",
    "payload",
    "queue_name",
    "priority",
    "job_key",
    "max_attempts",
    "failure_reason",
    "failure_count",
    "last_error",
    "original_created_at",
    "original_run_at",
    "failed_at",
    "requeued_count",
    "last_requeued_at",
    "notes",
)
"""What the `backfill` library's table has beside the job id, whose name the settings tell (`DlqTable.job_id_column`)."""


@dataclass(frozen=True)
class TableColumn:
    """One column of the table as it is now."""

    name: str
    type_name: str
    """As `format_type` prints it: a valid name for a cast, e.g. "character varying(20)"."""
    not_null: bool
    has_default: bool
    """Also for an identity or generated column: an INSERT may leave it out."""
    is_generated: bool


def table_columns(table: DlqTable) -> list[TableColumn]:
    """The table's columns in their order; empty where there is no such table."""
    found = dicts(table.statement("table/columns"), {"schema": table.schema, "name": table.name})
    return [TableColumn(**column) for column in found]


def extra_columns(table: DlqTable) -> list[TableColumn]:
    """The columns that the `backfill` library does not know."""
    known = {*LIBRARY_COLUMNS, table.job_id_column}
    return [column for column in table_columns(table) if column.name not in known]


def listed_columns(table: DlqTable) -> list[TableColumn]:
    """The extra columns that DLQ_EXTRA_COLUMNS names, in its order. A name that is not there is left to check dlq.E013."""
    if not conf.EXTRA_COLUMNS:
        return []
    by_name = {column.name: column for column in extra_columns(table)}
    return [by_name[name] for name in conf.EXTRA_COLUMNS if name in by_name]
