"""The search for words and their beginnings, by PostgreSQL's full text search: all words of a search are one query of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from operator import and_, or_
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, F, Func, Q
from django.db.models.sql.compiler import SQLCompiler

from dlq.filters.search import Search, finds_masks
from dlq.redaction.masked_columns import Raw
from dlq.table.indexes import TableState
from dlq.table.location import TABLE
from dlq.table.searched_text import SearchedWords


def condition(searches: Sequence[Search], *, sees_all: bool) -> Q:
    """As that of search_anywhere. A search for numbers only is met by ids alone; no query of full text search says that."""
    by_ids = [search for search in searches if all(word.number is not None for word in search)]
    return reduce(
        or_,
        (reduce(and_, (word.is_id for word in search)) for search in by_ids),
        Q(_HasWords(searches, Raw if sees_all else F)),
    )


def by_index(searches: Sequence[Search], state: TableState, *, sees_all: bool) -> Q | None:
    """The same condition, so that the table's full text index leads to what matches; None where it can't."""
    if not state.finds_words or (not sees_all and finds_masks(searches, as_words=True)):
        return None
    same = condition(searches, sees_all=sees_all)
    numbers = [word.number for search in searches for word in search if word.number is not None]
    if not numbers:
        return same if sees_all else Q(_HasWords(searches, Raw)) & same
    if not state.finds(TABLE.job_id_column):
        return None
    # Whoever has all words is found by them, whoever has an id instead of one by the id.
    has_id = Q(id__any_of=numbers) | Q(original_job_id__any_of=numbers)
    return (Q(_HasWords(searches, Raw, with_ids=False)) | has_id) & same


class _HasWords(Func):
    """Whether an entry's text has all words of one of the searches. The last word of a phrase may be only a beginning.

    `with_ids`: a number counts as found in an entry that has this id, or whose job had it.
    """

    output_field = BooleanField()

    def __init__(self, searches: Sequence[Search], read: Callable[[str], F], *, with_ids: bool = True) -> None:
        self.searches = searches
        self.with_ids = with_ids
        super().__init__(SearchedWords(read=read), F("id"), F("original_job_id"))

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        (words, _none), *ids = (compiler.compile(part) for part in self.source_expressions)
        has_id = " OR ".join(f"{column} = %s" for column, _none in ids)
        queries, parameters = [], list[Any]()
        for search in self.searches:
            parts = []
            for word in dict.fromkeys(search):
                # A text without any word (only punctuation) gives an empty query, to which no ":*" can be added: NULL, which
                # makes NULL of all that it is joined to by AND.
                part = "(nullif(phraseto_tsquery('simple', %s)::text, '') || ':*')::tsquery"
                if self.with_ids and word.number is not None:
                    part = f"CASE WHEN {has_id} THEN ''::tsquery ELSE {part} END"
                    parameters += [word.number] * len(ids)
                parts.append(part)
                parameters.append(word.text)
            queries.append(f"coalesce({' && '.join(parts)}, ''::tsquery)")
        return f"({words} @@ ({' || '.join(queries)}))", parameters
