"""Columns as everybody reads them: masked, in SQL. `Raw` is the only way to what the table really has."""

from __future__ import annotations

import json
from typing import Any, TypeVar

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, CharField, F, Field, Func, JSONField, Model, QuerySet, TextField, Value
from django.db.models.expressions import Col
from django.db.models.sql.compiler import SQLCompiler

from dlq.db.expressions import OfRow
from dlq.db.identifiers import literal
from dlq.redaction.rules import configured
from dlq.redaction.steps import BEGINS, MASK, steps_of
from dlq.redaction.written_rules import may_have, written
from dlq.table.columns import LIBRARY_COLUMNS, TableColumn
from dlq.table.extra_columns import ExtraColumn
from dlq.table.location import TABLE

M = TypeVar("M", bound=Model)

PLAIN_TYPES = (
    "bigint",
    "boolean",
    "date",
    "double precision",
    "inet",
    "integer",
    "interval",
    "numeric",
    "real",
    "smallint",
    "time without time zone",
    "timestamp with time zone",
    "timestamp without time zone",
    "uuid",
)
"""Whose values are no text: only the column's name can make one a secret."""


UNMASKED = ("task_identifier", "queue_name")
"""Names that the programmers gave; what fails is told apart by them."""


def masked_json(column: str) -> str:
    """The expression of a jsonb column (written as in a statement with parameters) with its secrets masked."""
    return _masking(column, "dlq_redacted_json({column}, {steps}, {paths}, 0)", text=f"{column}::text")


def json_has_masked(column: str) -> str:
    """The condition that something of a jsonb column is masked."""
    return "false" if configured().is_empty else f"({masked_json(column)} <> {column})"


def masked_text(column: str) -> str:
    """The same of a text."""
    return _masking(column, "dlq_redacted_text({column}, {steps})", text=column)


def _plain_json(column: str) -> str:
    return _masking(column, "dlq_redacted_plain_json({column}, {steps}, {paths})", text=f"{column}::text")


def _masking(column: str, how: str, *, text: str) -> str:
    """Masks only where `text` may have something to mask: most have nothing, and masking takes longer than looking."""
    rules = configured()
    if rules.is_empty:
        return column
    sent = written(rules)
    masked = how.format(column=column, steps=sent.steps, paths=sent.paths)
    return f"(CASE WHEN {may_have(text)} THEN {masked} ELSE {column} END)"


class MaskedColumn(Col):
    """A column of the model wherever a query has it: selected, compared, sorted by."""

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:
        column, parameters = super().as_sql(compiler, connection)
        masked = masked_json(column) if isinstance(self.target, JSONField) else masked_text(column)
        return masked, tuple(parameters)


class _Masked(Field):  # type: ignore[type-arg]
    """A field whose column is read masked. What is written to it is written as it is."""

    def deconstruct(self) -> Any:
        """For migrations as the field that it is without a mask, since it is the same column."""
        name, _path, *options = super().deconstruct()
        plain = next(base for base in type(self).__mro__ if base.__module__.startswith("django.db.models"))
        return name, f"django.db.models.{plain.__name__}", *options

    def get_col(self, alias: Any, output_field: Any = None) -> Any:
        return MaskedColumn(alias, self, output_field or self)

    @property
    def cached_col(self) -> Any:
        return MaskedColumn(self.model._meta.db_table, self)


class MaskedJSONField(_Masked, JSONField):
    pass


class MaskedCharField(_Masked, CharField):  # type: ignore[type-arg]
    pass


class MaskedTextField(_Masked, TextField):  # type: ignore[type-arg]
    pass


class Raw(F):
    """A column as the table has it. For what compares, moves or keeps it, and for who asked to see what is masked."""

    def resolve_expression(self, *arguments: Any, **options: Any) -> Any:
        column = super().resolve_expression(*arguments, **options)
        return Col(column.alias, column.target, column.output_field) if isinstance(column, MaskedColumn) else column


MASKED = ("payload", "job_key", "failure_reason", "last_error", "notes")
"""The library's columns that are read masked."""
READ_AS_THEY_ARE = {*LIBRARY_COLUMNS, TABLE.job_id_column} - {*MASKED}


def raw_name(name: str) -> str:
    """What `as_they_are` calls a field."""
    return f"raw_{name}" if name in MASKED else name


def as_they_are(entries: QuerySet[M]) -> QuerySet[M]:
    """For code that is trusted with what is masked: the entries with those fields under other names."""
    plain: QuerySet[M] = entries.defer(*MASKED).annotate(**{raw_name(name): Raw(name) for name in MASKED})
    return plain


class MaskedExtraColumn(OfRow):
    """A column of the table's owner, masked. Its type stays, but that of a list or of something rare becomes text."""

    output_field = TextField()

    def __init__(self, column: TableColumn) -> None:
        self.column = column
        super().__init__()

    def written(self, row: str) -> str:
        return masked_column(self.column, ExtraColumn(self.column.name).written(row))


def masked_column(column: TableColumn, value: str) -> str:
    """Any column of the table's, masked. `value` is the expression that reads it."""
    kind = column.type_name
    if column.name in READ_AS_THEY_ARE:
        return value
    if column.name not in MASKED and (label := secret_name(column.name)):
        mask = MASK.format(label)
        is_document = kind in ("json", "jsonb")
        return f"{literal(json.dumps(mask) if is_document else mask)}::{kind if is_document else 'text'}"
    if kind.split("(")[0] in PLAIN_TYPES:
        return value
    if kind == "jsonb":
        return masked_json(value)
    if kind == "json":
        return _plain_json(value)
    if kind.split("(")[0] in ("text", "character varying"):
        return masked_text(f"{value}::text")
    # As it is printed, which for some types is not what a cast to text makes.
    return masked_text(f"(CASE WHEN num_nulls({value}) = 0 THEN format('%%s', {value}) END)")


class ReadsAs(Func):
    """Whether a column of the owner's reads as this text: as a masked one, or as itself, where the text has no mask."""

    output_field = BooleanField()

    def __init__(self, column: TableColumn, text: str) -> None:
        self.column = column
        wanted = Value(text, output_field=TextField()) if BEGINS in text else ExtraColumn(column.name)
        super().__init__(MaskedExtraColumn(column), wanted)

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        (masked, _none), (wanted, parameters) = (compiler.compile(part) for part in self.source_expressions)
        kind = "jsonb" if self.column.type_name in ("json", "jsonb") else "text"
        return f"(({masked})::{kind} = ({wanted})::{kind})", list(parameters)


def reads_as_it_is(column: str, text: str) -> str:
    """The condition that nothing of a value is masked. `text` is its expression, `column` the name of its column."""
    if column in UNMASKED:
        return "true"
    return "false" if secret_name(column) else f"{masked_text(text)} = {text}"


def secret_name(name: str) -> str:
    """What a rule names of a column's (or key's) name; "" where none does."""
    found = steps_of(configured()).compiled_key.search(name)
    return next(filter(None, found.groups())) if found else ""
