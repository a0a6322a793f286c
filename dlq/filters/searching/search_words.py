"""The search for words and their beginnings, by PostgreSQL's full text search: all words of a search are one query of it.

Task, queue and notes, which its index does not have, are looked through as text.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from operator import and_, or_
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, F, Func, Q
from django.db.models.sql.compiler import SQLCompiler

from dlq.db.expressions import contains_pattern
from dlq.filters.searching import beside
from dlq.filters.searching.search import Search, Word, finds_masks
from dlq.redaction.masked_columns import Raw
from dlq.table.indexes import TableState
from dlq.table.location import TABLE
from dlq.table.searched_text import BesideText, SearchedWords


def condition(searches: Sequence[Search], *, sees_all: bool) -> Q:
    """As that of search_anywhere. What is met by ids, task, queue and notes alone no query of full text search says: an empty
    one finds nothing."""
    read = Raw if sees_all else F
    besides = (reduce(and_, (_is_beside(word, read) for word in search)) for search in searches if search)
    return reduce(or_, besides, Q(_HasWords(searches, read)))


def by_index(searches: Sequence[Search], state: TableState, *, sees_all: bool) -> Q | None:
    """The same condition, so that the table's full text index, and those beside it, lead to it; None where they can't."""
    words = {word for search in searches for word in search}
    numbers = [word.number for word in words if word.number is not None]
    # Task, queue and notes are compared as texts.
    if not state.finds_words or (not sees_all and any(finds_masks(searches, as_words=each) for each in (True, False))):
        return None
    if numbers and not state.finds(TABLE.job_id_column):
        return None
    has_beside = beside.by_index(words, state)
    if has_beside is None:
        return None
    # Whoever has all words in the text is found by them, whoever has one elsewhere by that.
    elsewhere = [*has_beside.values()]
    if numbers:
        elsewhere += [Q(id__any_of=numbers), Q(original_job_id__any_of=numbers)]
    found = reduce(or_, elsewhere, Q(_HasWords(searches, Raw, text_only=True)))
    return found & condition(searches, sees_all=sees_all)


def _is_beside(word: Word, read: Callable[[str], F]) -> Q:
    return beside.contains(word, read) | word.is_id


class _HasWords(Func):
    """Whether an entry's text has all words of one of the searches. The last word of a phrase may be only a beginning.

    Unless `text_only`: a number counts as found in an entry that has this id, or whose job had it; a word where task, queue or
    notes have it.
    """

    output_field = BooleanField()

    def __init__(self, searches: Sequence[Search], read: Callable[[str], F], *, text_only: bool = False) -> None:
        self.searches = searches
        self.text_only = text_only
        super().__init__(SearchedWords(read=read), BesideText(read=read), F("id"), F("original_job_id"))

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        (words, _none), (beside_it, _none), *ids = (compiler.compile(part) for part in self.source_expressions)
        queries, parameters = [], list[Any]()
        for search in self.searches:
            parts = []
            for word in dict.fromkeys(search):
                # A text without any word (only punctuation) gives an empty query, to which no ":*" can be added: NULL, which
                # makes NULL of all that it is joined to by AND.
                part = "(nullif(phraseto_tsquery('simple', %s)::text, '') || ':*')::tsquery"
                if not self.text_only:
                    numbers = [] if word.number is None else [word.number] * len(ids)
                    is_id = [f"{column} = %s" for column, _none in ids] if numbers else []
                    found = " OR ".join([f"{beside_it} ILIKE %s", *is_id])
                    part = f"CASE WHEN {found} THEN ''::tsquery ELSE {part} END"
                    parameters += [contains_pattern(word.text), *numbers]
                parts.append(part)
                parameters.append(word.text)
            queries.append(f"coalesce({' && '.join(parts)}, ''::tsquery)")
        return f"({words} @@ ({' || '.join(queries)}))", parameters
