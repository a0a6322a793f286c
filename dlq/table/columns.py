"""What PostgreSQL's catalogue says of the dead letter table's columns, above all those that its owner added."""

from __future__ import annotations

from dataclasses import dataclass

from dlq.conf import conf
from dlq.db.statements import dicts
from dlq.table.location import DlqTable

BIGINT, INTEGER = ("bigint", "integer"), ("integer", "smallint", "bigint")
TEXT, VARCHAR = ("text", "character varying"), ("character varying", "text")
TIME = ("timestamp with time zone",)
LIBRARY_COLUMNS: dict[str, tuple[str, ...]] = {
    "id": BIGINT,
    "task_identifier": VARCHAR,
    "payload": ("jsonb",),
    "queue_name": VARCHAR,
    "priority": INTEGER,
    "job_key": VARCHAR,
    "max_attempts": INTEGER,
    "failure_reason": TEXT,
    "failure_count": INTEGER,
    "last_error": ("jsonb",),
    "original_created_at": TIME,
    "original_run_at": TIME,
    "failed_at": TIME,
    "requeued_count": INTEGER,
    "last_requeued_at": TIME,
    "notes": TEXT,
}
"""What the `backfill` library's table has beside the job id, whose name the settings tell (`DlqTable.job_id_column`), and the
types of each that the SQL here can work with; the first is the library's own."""


@dataclass(frozen=True)
class TableColumn:
    """One column of the table as it is now."""

    name: str
    type_name: str
    """As `format_type` prints it: a valid name for a cast, e.g. "character varying(20)"."""
    not_null: bool
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
