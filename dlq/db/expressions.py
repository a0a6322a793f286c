"""SQL expressions of PostgreSQL that Django's ORM lacks."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, F, Field, Func, Lookup, TextField, Value
from django.db.models.expressions import Expression
from django.db.models.sql.compiler import SQLCompiler


@Field.register_lookup
class ContainsText(Lookup):
    """`lhs ILIKE '%text%'` with `%` and `_` plain. Django's `icontains` is UPPER(..) LIKE, which no trigram index serves."""

    lookup_name = "contains_text"
    prepare_rhs = False

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:
        lhs, parameters = self.process_lhs(compiler, connection)
        return f"{lhs} ILIKE %s", (*parameters, contains_pattern(str(self.rhs)))


def contains_pattern(text: str) -> str:
    """For LIKE: what has the text anywhere."""
    for special in "\\%_":
        text = text.replace(special, f"\\{special}")
    return f"%{text}%"


@Field.register_lookup
class AnyOf(Lookup):
    """`lhs = ANY (array)`: one parameter however many values, where `in` has one for each."""

    lookup_name = "any_of"
    prepare_rhs = False

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:
        lhs, parameters = self.process_lhs(compiler, connection)
        return f"{lhs} = ANY (%s)", (*parameters, list(self.rhs))


class JsonText(Func):
    """A JSON value as text: a string without its quotes, anything else as PostgreSQL prints it."""

    template = "(%(expressions)s #>> '{}')"
    output_field = TextField()


class PrettyJson(Func):
    """PostgreSQL's own indented print of a JSON value, which keeps every digit."""

    function = "jsonb_pretty"
    output_field = TextField()


class IsTrue(Func):
    """A condition that no index is used for, so that the rows are read in the order of another condition's index."""

    template = "((%(expressions)s) IS TRUE)"
    output_field = BooleanField()


class RowCompare(Func):
    """`(a, b) < (x, y)`, which PostgreSQL answers from an index on (a, b) however many rows share the same `a`."""

    output_field = BooleanField()

    def __init__(self, columns: tuple[str, ...], operator: str, values: tuple[Any, ...]) -> None:
        self.operator = operator
        self.width = len(columns)
        super().__init__(*(F(column) for column in columns), *(Value(value) for value in values))

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        compiled = [compiler.compile(part) for part in self.source_expressions]
        left = ", ".join(text for text, _values in compiled[: self.width])
        right = ", ".join(text for text, _values in compiled[self.width :])
        return f"(({left}) {self.operator} ({right}))", [value for _text, values in compiled for value in values]


class OfRow(Expression, ABC):
    """SQL about the query's own row. `written` makes it of what the query calls its table: by its name, quoted already, or U0."""

    @abstractmethod
    def written(self, row: str) -> str: ...

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:
        return self.written(str(compiler.query.get_initial_alias())), ()
