"""What is wrong with the table and the queue, as the catalogue tells: missing, altered, or out of this role's reach."""

from __future__ import annotations

from dataclasses import dataclass

from dlq.db.statements import rows, scalar
from dlq.table.columns import LIBRARY_COLUMNS, TableColumn, table_columns
from dlq.table.location import DlqTable

BIGINT, INTEGER = ("bigint", "integer"), ("integer", "smallint", "bigint")
TEXT, VARCHAR = ("text", "character varying"), ("character varying", "text")
TIME = ("timestamp with time zone",)
TYPES: dict[str, tuple[str, ...]] = {
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
"""The column types that the SQL here can work with; the first is the library's own."""
ENGINE = ("add_jobs", "complete_jobs")
"""The functions of the queue that are called."""


@dataclass(frozen=True)
class ColumnProblem:
    """A column that is missing (`type_name` is empty) or of a type that nothing here can work with."""

    name: str
    type_name: str
    wanted: str

    def sentence(self, table: DlqTable) -> str:
        if self.type_name:
            return f"Column {self.name} of {table.regclass} is of type {self.type_name}, not {self.wanted}."
        return f"{table.regclass} has no column {self.name}."


def column_problems(table: DlqTable, found: dict[str, TableColumn]) -> list[ColumnProblem]:
    """Of the columns that the library's table has, compared with those that were found, by name."""
    expected = {table.job_id_column: BIGINT} | {name: TYPES[name] for name in LIBRARY_COLUMNS}
    return [
        ColumnProblem(name, column.type_name if (column := found.get(name)) else "", types[0])
        for name, types in expected.items()
        if name not in found or found[name].type_name.split("(")[0] not in types
    ]


def what_is_wrong(table: DlqTable) -> list[str]:
    """A sentence each; none where table and queue are as they should be."""
    found = {column.name: column for column in table_columns(table)}
    if not found:
        return [f"There is no table {table.regclass} (any more), or this database role may not see it."]
    problems = [problem.sentence(table) for problem in column_problems(table, found)]
    present = {name for (name,) in rows(_FUNCTIONS, {"schema": table.schema, "names": list(ENGINE)})}
    problems += [f"There is no function {table.schema}.{name}." for name in ENGINE if name not in present]
    return problems + missing_rights(table)


def missing_rights(table: DlqTable) -> list[str]:
    """Of reading the table, a sentence; of the others what fails says so itself."""
    if not scalar("SELECT has_schema_privilege(%(schema)s, 'USAGE')", {"schema": table.schema}):
        return [f"This database role has no right to use schema {table.schema}."]
    if not scalar("SELECT has_table_privilege(%(table)s, 'SELECT')", {"table": table.regclass}):
        return [f"This database role has no right to read {table.regclass}."]
    return []


_FUNCTIONS = (
    "SELECT DISTINCT p.proname::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace"
    " WHERE n.nspname = %(schema)s AND p.proname = ANY (%(names)s)"
)
