"""SQL expressions over the columns that the table's owner added and the model does not know."""

from __future__ import annotations

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, Func, TextField, Value
from django.db.models.expressions import Expression
from django.db.models.sql.compiler import SQLCompiler

from dlq.db.expressions import initial_alias


def extra_alias(number: int) -> str:
    """The attribute that a queryset gives the n-th extra column: Django refuses many names that PostgreSQL has."""
    return f"extra_{number}"


class ExtraColumn(Expression):
    """An extra column, by its name."""

    def __init__(self, name: str) -> None:
        super().__init__(output_field=TextField())
        self.name = name

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:
        quote = connection.ops.quote_name
        # Doubled: the statement is executed with parameters.
        name = quote(self.name.replace('"', '""')).replace("%", "%%")
        return f"{initial_alias(compiler)}.{name}", ()


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
