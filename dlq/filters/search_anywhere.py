"""The search within words: an entry's text is made once, however many words it is compared with."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import reduce
from operator import and_, or_
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, F, Func, Q
from django.db.models.sql.compiler import SQLCompiler

from dlq.db.expressions import ContainsText, contains_pattern
from dlq.filters.search import Search, Word, finds_masks
from dlq.redaction.masked_columns import Raw
from dlq.table.indexes import TableState
from dlq.table.location import TABLE
from dlq.table.searched_text import SearchedText

MOST_LOOKED_UP = 2
"""Words that an index is asked for together: PostgreSQL compares each anew with what it leads to, and makes the text for it."""


def condition(searches: Sequence[Search], *, sees_all: bool) -> Q:
    """`sees_all`: the words are compared with what the table has, else with what everybody reads of it."""
    read = Raw if sees_all else F
    words = {word for search in searches for word in search}
    if len(words) == 1 and len((word := words.pop()).forms) == 1 and word.number is None:
        # As the index has it: PostgreSQL's statistics of the index then tell how many entries have the word.
        return _contains(SearchedText(read=read), word)
    return Q(_Contains(searches, read))


def by_index(searches: Sequence[Search], state: TableState, *, sees_all: bool) -> Q | None:
    """The same condition, so that the table's trigram index leads to what matches; None where it can't."""
    if not state.finds_parts_of_words or (not sees_all and finds_masks(searches, as_words=False)):
        return None
    each = MOST_LOOKED_UP // len(searches)
    chosen = [_rarest([word for word in search if _leads(word, state)], each) for search in searches]
    if not all(chosen):
        return None
    text = SearchedText(whole=not state.finds_parts_of_beginnings, read=Raw)
    looked_up = reduce(or_, (reduce(and_, (_contains(text, word) for word in words)) for words in chosen))
    says_all = (
        sees_all
        and state.finds_parts_of_beginnings
        and all(
            set(search) == set(words) and all(len(word.forms) == 1 for word in words)
            for search, words in zip(searches, chosen, strict=True)
        )
    )
    # Else what the index leads to is looked at as without one.
    return looked_up if says_all else looked_up & condition(searches, sees_all=sees_all)


def _leads(word: Word, state: TableState) -> bool:
    """Whether indexes lead to all that the word may mean."""
    return word.has_trigram and (word.number is None or state.finds(TABLE.job_id_column))


def _rarest(words: Iterable[Word], most: int) -> list[Word]:
    """What has digits names something, and few entries have it; else the longer the rarer."""

    def rarity(word: Word) -> tuple[bool, int]:
        return any(map(str.isdigit, word.text)), len(word.plain_part)

    return sorted(dict.fromkeys(words), key=rarity, reverse=True)[:most]


def _contains(text: SearchedText, word: Word) -> Q:
    """What all forms of the word have."""
    return Q(ContainsText(text, word.plain_part)) | word.is_id


class _Contains(Func):
    """Whether an entry's text has all words of one of the searches.

    One comparison with an array takes the text once, and may be done by several processes at once. Only what needs further
    ones (several searches, a word with escaped forms) has a subquery, from which OFFSET 0 keeps PostgreSQL from putting the
    text's expression into each of them.
    """

    output_field = BooleanField()

    def __init__(self, searches: Sequence[Search], read: Callable[[str], F]) -> None:
        self.searches = searches
        super().__init__(SearchedText(read=read), F("id"), F("original_job_id"))

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        (text, _none), *ids = (compiler.compile(part) for part in self.source_expressions)
        lowered, parameters = f"lower({text})", list[Any]()
        searches = [
            list(_comparisons(search, [column for column, _none in ids], parameters)) for search in self.searches
        ]
        once = sum(map(len, searches)) == 1
        compared = lowered if once else "searched.text"
        condition = " OR ".join(" AND ".join(f"{compared} {one}" for one in search) for search in searches)
        if once:
            return f"({condition})", parameters
        made_once = f"(SELECT {lowered} AS text OFFSET 0) AS searched"
        return f"(SELECT {condition} FROM {made_once})", parameters  # noqa: S608 (written by us, the values are parameters)


def _comparisons(search: Iterable[Word], ids: Sequence[str], parameters: list[Any]) -> Iterator[str]:
    """What the text, in lower case, is compared with; the values go to the parameters, in their order."""
    words = list(dict.fromkeys(search))
    several = [word for word in words if len(word.forms) > 1]
    if single := [word for word in words if word not in several]:
        patterns = ", ".join(_pattern(word, ids, parameters) for word in single)
        yield f"LIKE ALL (ARRAY[{patterns}])"
    for word in several:
        parameters += map(contains_pattern, word.forms)
        yield f"LIKE ANY (ARRAY[{', '.join(['lower(%s)'] * len(word.forms))}])"


def _pattern(word: Word, ids: Sequence[str], parameters: list[Any]) -> str:
    """Of a number: anything, if the entry or its job has it."""
    if word.number is None:
        parameters.append(contains_pattern(word.text))
        return "lower(%s)"
    parameters += [*[word.number] * len(ids), contains_pattern(word.text)]
    return f"CASE WHEN {' OR '.join(f'{column} = %s' for column in ids)} THEN '%%' ELSE lower(%s) END"
