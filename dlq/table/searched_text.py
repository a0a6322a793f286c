"""What a search looks through, as one SQL expression: the filter, the scan and the search index all use this very one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F, Func, TextField
from django.db.models.sql.compiler import SQLCompiler

WITHIN = 262_144
"""Characters of an entry that a search looks at: its time and memory are bounded by them, however much a job carries."""
WORDS_WITHIN = 200_000
"""Of these the full text index reads so many: PostgreSQL refuses a row whose words are more than a megabyte."""

WHOLE_TEXT = "({} || E'\\n' || coalesce({}, '') || E'\\n' || coalesce({} #>> '{{}}', '') || E'\\n' || {}::text)"
"""Of reason, key, error and payload."""
# A cast cuts as left() does, but looks at the length in bytes first: what is short enough is not counted through. Each part
# is cut as well, so that no megabytes are put together only to be thrown away.
CUT = f"::varchar({WITHIN})"
SEARCHED_TEXT = (
    f"({{}}{CUT} || E'\\n' || coalesce({{}}, '') || E'\\n' || coalesce(({{}} #>> '{{{{}}}}'){CUT}, '')"
    f" || E'\\n' || {{}}::text{CUT}){CUT}::text"
)
"""Its beginning."""
SEARCHED_COLUMNS = ("failure_reason", "job_key", "last_error", "payload")


def searched_text() -> str:
    """The expression for an index by trigrams."""
    return SEARCHED_TEXT.format(*SEARCHED_COLUMNS)


def words_of(text: str) -> str:
    """The expression for a full text index, of the whole text."""
    return f"to_tsvector('simple', left({text}, {WORDS_WITHIN}))"


def searched_words() -> str:
    return words_of(WHOLE_TEXT.format(*SEARCHED_COLUMNS))


class SearchedText(Func):
    """The text of one entry that a search looks through; the whole text, as an index that was made earlier may have it."""

    output_field = TextField()

    def __init__(self, *, whole: bool = False, read: Callable[[str], F] = F) -> None:
        """`read` makes the expression of a column from its name."""
        super().__init__(*(read(column) for column in SEARCHED_COLUMNS))
        self.text = WHOLE_TEXT if whole else SEARCHED_TEXT

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        columns = [compiler.compile(part)[0] for part in self.source_expressions]
        return self.text.format(*columns), []


class SearchedWords(SearchedText):
    """The words of that text with their places, as PostgreSQL's full text search has them."""

    def __init__(self, *, read: Callable[[str], F] = F) -> None:
        super().__init__(whole=True, read=read)

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        text, parameters = super().as_sql(compiler, connection)
        return words_of(text), parameters
