"""SQL expressions over the columns that the table's owner added and the model does not know."""

from __future__ import annotations

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, Func, TextField, Value
from django.db.models.sql.compiler import SQLCompiler

from dlq.db.expressions import OfRow
from dlq.db.identifiers import quoted


def extra_alias(number: int) -> str:
    """The attribute that a queryset gives the n-th extra column: Django refuses many names that PostgreSQL has."""
    return f"extra_{number}"


class ExtraColumn(OfRow):
    """An extra column, by its name."""

    output_field = TextField()

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def written(self, row: str) -> str:
        return f"{row}.{quoted(self.name)}"


class ExtraColumnEquals(Func):
    """Whether an extra column has the value that this text means in the column's own type."""

    output_field = BooleanField()

    def __init__(self, column: str, type_name: str, text: str) -> None:
        # json has no equality of its own.
        self.cast = "jsonb" if type_name == "json" else type_name
        super().__init__(ExtraColumn(column), Value(text, output_field=TextField()))

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        (left, _none), (right, parameters) = (compiler.compile(part) for part in self.source_expressions)
        cast = self.cast.replace("%", "%%")
        side = f"{left}::jsonb" if self.cast == "jsonb" else left
        return f"({side} = CAST({right} AS {cast}))", list(parameters)
