"""The status of an entry, as far as it is stored."""

from __future__ import annotations

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import TextField
from django.db.models.expressions import Expression
from django.db.models.sql.compiler import SQLCompiler

from dlq.db.expressions import initial_alias
from dlq.table.location import TABLE


class EntryStatus(Expression):
    """What is stored of what became of the entry: new, requeued, failed_again, recovered, lost, unknown or gone."""

    def __init__(self) -> None:
        super().__init__(output_field=TextField())

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:
        return TABLE.statement("models/entry_status", entry=initial_alias(compiler)), ()
