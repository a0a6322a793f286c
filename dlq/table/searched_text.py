"""What a search looks through, as one SQL expression: the filter, the scan and the search index all use this very one."""

from __future__ import annotations

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, F, Func, TextField, Value
from django.db.models.sql.compiler import SQLCompiler

SEARCHED_TEXT = "({} || E'\\n' || coalesce({}, '') || E'\\n' || coalesce({} #>> '{{}}', '') || E'\\n' || {}::text)"
"""Of reason, key, error and payload."""
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
