"""SQL expressions of PostgreSQL that Django's ORM lacks, for querysets of the dead letter table."""

from __future__ import annotations

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, F, Field, Func, Lookup, TextField, Value
from django.db.models.expressions import Expression
from django.db.models.functions import Coalesce, Left
from django.db.models.sql.compiler import SQLCompiler

from dlq.sql import statement
from dlq.table import configured_table


@Field.register_lookup
class ContainsText(Lookup):
    """`lhs ILIKE '%text%'` with `%` and `_` plain. Django's `icontains` is UPPER(..) LIKE, which no trigram index serves."""

    lookup_name = "contains_text"
    prepare_rhs = False

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:
        lhs, parameters = self.process_lhs(compiler, connection)
        text = str(self.rhs)
        for special in "\\%_":
            text = text.replace(special, f"\\{special}")
        return f"{lhs} ILIKE %s", (*parameters, f"%{text}%")


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


class JsonMember(Func):
    """A member of a JSON object as text."""

    template = "(%(expressions)s)"
    arg_joiner = " ->> "
    output_field = TextField()

    def __init__(self, column: str, member: str) -> None:
        super().__init__(F(column), Value(member))


class PrettyJson(Func):
    """PostgreSQL's own indented print of a JSON value, which keeps every digit."""

    function = "jsonb_pretty"
    output_field = TextField()


class _ErrorMessage(Func):
    """The sentence within last_error: an object's message, a traceback's last line, a text's first line."""

    template = r"""nullif(btrim(CASE jsonb_typeof(%(expressions)s)
        WHEN 'object' THEN coalesce(%(expressions)s ->> 'message', %(expressions)s ->> 'error', %(expressions)s::text)
        WHEN 'string' THEN CASE
            WHEN starts_with(%(expressions)s #>> '{}', 'Traceback (most recent call last)')
            THEN substring(rtrim(%(expressions)s #>> '{}', E' \r\n') from '[^\r\n]*$')
            ELSE split_part(ltrim(%(expressions)s #>> '{}', E' \r\n'), E'\n', 1) END
        WHEN 'null' THEN NULL
        ELSE %(expressions)s::text END), '')"""
    output_field = TextField()


def error_line(length: int) -> Left:
    """The error in one line of at most `length` characters; the failure reason where there is no error."""
    return Left(Coalesce(_ErrorMessage(F("last_error")), F("failure_reason")), length)


def owner_alias(number: int) -> str:
    """The attribute that a queryset gives the n-th of the owner's columns: Django refuses many names that PostgreSQL has."""
    return f"owner_{number}"


class EntryStatus(Expression):
    """What is stored of what became of the entry: new, requeued, failed_again, recovered or gone."""

    def __init__(self) -> None:
        super().__init__(output_field=TextField())

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:
        return statement("entry/status", configured_table(), entry=_alias(compiler)), ()


def _alias(compiler: SQLCompiler) -> str:
    """The name of the dead letter table in the query: its own, which is quoted already, or that of a subquery (U0)."""
    return str(compiler.query.get_initial_alias())


class OwnerColumn(Expression):
    """A column that the table's owner added and the model does not know."""

    def __init__(self, name: str) -> None:
        super().__init__(output_field=TextField())
        self.name = name

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:
        quote = connection.ops.quote_name
        # Doubled: the statement is executed with parameters.
        name = quote(self.name.replace('"', '""')).replace("%", "%%")
        return f"{_alias(compiler)}.{name}", ()


class OwnerColumnEquals(Func):
    """Whether an owner's column has the value that this text means in the column's own type."""

    output_field = BooleanField()

    def __init__(self, column: str, type_name: str, text: str) -> None:
        # json has no equality of its own.
        self.cast = "jsonb" if type_name == "json" else type_name
        super().__init__(OwnerColumn(column), Value(text, output_field=TextField()))

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        (left, _none), (right, parameters) = (compiler.compile(part) for part in self.source_expressions)
        cast = self.cast.replace("%", "%%")
        side = f"{left}::jsonb" if self.cast == "jsonb" else left
        return f"({side} = CAST({right} AS {cast}))", list(parameters)


SEARCHED_TEXT = "({} || E'\\n' || coalesce({}, '') || E'\\n' || coalesce({} #>> '{{}}', '') || E'\\n' || {}::text)"
"""What a search looks through, of reason, key, error and payload. The search index is on this very expression."""
SEARCHED_COLUMNS = ("failure_reason", "job_key", "last_error", "payload")
WORDS_WITHIN = 200_000
"""Characters that the full text index reads: PostgreSQL refuses a row whose words are more than a megabyte."""


def searched_text() -> str:
    """The expression for an index."""
    return SEARCHED_TEXT.format(*SEARCHED_COLUMNS)


def searched_words(text: str) -> str:
    return f"to_tsvector('simple', left({text}, {WORDS_WITHIN}))"


class SearchedText(Func):
    """The text of one entry that a search looks through."""

    output_field = TextField()

    def __init__(self) -> None:
        super().__init__(*(F(column) for column in SEARCHED_COLUMNS))

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        columns = [compiler.compile(part)[0] for part in self.source_expressions]
        return SEARCHED_TEXT.format(*columns), []


class HasWords(Func):
    """Whether an entry's text has these words one after the other, the last of which may only be a beginning."""

    output_field = BooleanField()

    def __init__(self, words: str) -> None:
        super().__init__(SearchedText(), Value(words, output_field=TextField()))

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        (text, _none), (words, parameters) = (compiler.compile(part) for part in self.source_expressions)
        # A text without any word (only punctuation) gives an empty query, to which no ":*" can be added: it finds nothing.
        query = f"(nullif(phraseto_tsquery('simple', {words})::text, '') || ':*')::tsquery"
        return f"({searched_words(text)} @@ {query})", list(parameters)


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
