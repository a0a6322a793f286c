"""What is wrong with the table and the queue, as the catalogue tells: missing or altered."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.text import capfirst

from dlq.db.statements import rows
from dlq.table.columns import BIGINT, LIBRARY_COLUMNS, TableColumn
from dlq.table.location import DlqTable
from dlq.table.writable import OLDER, queue_is_older

OF_QUEUE = {
    "functions": ["add_jobs", "complete_jobs"],
    "relations": ["jobs", "_private_jobs", "_private_job_queues", "_private_tasks"],
}
"""What is called and read of the queue."""


@dataclass(frozen=True)
class ColumnProblem:
    """A column that is missing (`type_name` is empty) or of a type that nothing here can work with."""

    name: str
    type_name: str
    wanted: str

    def sentence(self, table: DlqTable) -> str:
        if self.type_name:
            return f"Column {self.name} of {table.plainly} is of type {self.type_name}, not {self.wanted}."
        return f"{table.plainly} has no column {self.name}."


def column_problems(table: DlqTable, found: dict[str, TableColumn]) -> list[ColumnProblem]:
    """Of the columns that the library's table has, compared with those that were found, by name."""
    expected = {table.job_id_column: BIGINT} | LIBRARY_COLUMNS
    return [
        ColumnProblem(name, column.type_name if (column := found.get(name)) else "", types[0])
        for name, types in expected.items()
        if name not in found or found[name].type_name.split("(")[0] not in types
    ]


def missing_parts(table: DlqTable) -> list[str]:
    """A sentence for each thing that is not there: the schema, else the table and what is called and read of the queue.

    Only one of a queue that is too old.
    """
    if queue_is_older(table):
        return [capfirst(OLDER.format(schema=table.schema))]
    found = rows(table.statement("table/missing_parts"), OF_QUEUE | {"schema": table.schema, "table": table.name})
    return [f"There is no {thing} (any more)." for (thing,) in found]
