"""Whether an entry may tell of a job that succeeded."""

from __future__ import annotations

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField
from django.db.models.expressions import Expression
from django.db.models.sql.compiler import SQLCompiler

from dlq.db.expressions import initial_alias
from dlq.table.location import TABLE


def has_no_error(entry: str) -> str:
    """A condition about the row with this alias, see has_no_error.sql."""
    return TABLE.statement("models/has_no_error", entry=entry)


def entry_uncertainty(entry: str) -> str:
    """A condition about the row with this alias, see entry_uncertainty.sql."""
    return TABLE.statement("models/entry_uncertainty", entry=entry, has_no_error=has_no_error(entry))


class EntryUncertainty(Expression):
    """Whether its last attempt may have succeeded, as far as it is stored. Beside the status, not one of its values."""

    def __init__(self) -> None:
        super().__init__(output_field=BooleanField())

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:
        return entry_uncertainty(initial_alias(compiler)), ()
