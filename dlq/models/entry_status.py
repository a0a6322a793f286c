"""The status of an entry, as far as it is stored."""

from __future__ import annotations

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, TextField
from django.db.models.expressions import Expression
from django.db.models.sql.compiler import SQLCompiler

from dlq.db.expressions import initial_alias
from dlq.table.location import TABLE

SUPERSEDED = "superseded"
"""The status of an earlier life of a chain."""


class EntryStatus(Expression):
    """What is stored of what became of the entry: new, requeued, failed_again, recovered, lost, unknown, gone or superseded."""

    def __init__(self, *, stands: bool = False) -> None:
        """`stands`: another condition has left out those that are superseded."""
        super().__init__(output_field=TextField())
        self.stands = stands

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:
        return entry_status(initial_alias(compiler), stands=self.stands), ()


class IsSuperseded(Expression):
    """Whether a later life of the entry's chain is in the table, so that the entry is not a failure of its own."""

    conditional = True

    def __init__(self) -> None:
        super().__init__(output_field=BooleanField())

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:
        return superseded(initial_alias(compiler)), ()


def entry_status(entry: str, *, stands: bool = False) -> str:
    """SQL; `entry` is the alias of the entry's row."""
    return TABLE.statement("models/entry_status", entry=entry, superseded="false" if stands else superseded(entry))


def superseded(entry: str) -> str:
    """SQL; `entry` is the alias of the entry's row."""
    return TABLE.statement("models/superseded", entry=entry)
