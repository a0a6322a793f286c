"""Task, queue and notes, which a search looks through beside the text that the table's search index is of."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, F, Func, Q, QuerySet
from django.db.models.lookups import IsNull

from dlq.db.expressions import ContainsText, contains_pattern
from dlq.db.identifiers import quoted
from dlq.db.statements import rows
from dlq.filters.searching.search import Word
from dlq.models import BackfillDlq
from dlq.redaction.masked_columns import Raw
from dlq.table.indexes import TableState
from dlq.table.location import TABLE
from dlq.table.searched_text import BesideText

NAMES = ("task_identifier", "queue_name")
MOST_NAMES = 5_000
"""Steps along an index, some 20 microseconds each. A column with more names is looked through with the rows."""


class _HasOneOf(Func):
    """Whether the id is one that a query gives. An array is made once, and leads through the primary key; what the notes have
    would be compared again with each row that the other indexes lead to, and with it the whole text."""

    template = "(%(expressions)s))"
    arg_joiner = " = ANY ("
    output_field = BooleanField()


def contains(word: Word, read: Callable[[str], F]) -> Q:
    return Q(ContainsText(BesideText(read=read), word.text))


def by_index(words: Iterable[Word], state: TableState) -> Mapping[Word, Q] | None:
    """Of each word the same condition of what the table has, so that its indexes lead to that; None where they can't."""
    words = list(words)
    if not (state.finds_notes or state.finds_parts_of_notes) or not all(map(state.steps_through, NAMES)):
        return None
    has = {word: Q(_HasOneOf(F("id"), ArraySubquery(_with_note(word)))) for word in words}
    for column in NAMES:
        names = _names(column, words)
        if names is None:
            return None
        for word, found in names.items():
            has[word] |= Q(**{f"{column}__any_of": found})
    return has


def _with_note(word: Word) -> QuerySet[BackfillDlq, Any]:
    # As the condition of their index is written.
    noted = BackfillDlq.objects.filter(IsNull(Raw("notes"), False))
    return noted.filter(ContainsText(Raw("notes"), word.plain_part)).order_by().values("pk")


def _names(column: str, words: list[Word]) -> dict[Word, list[str]] | None:
    """The column's names that have a word, by word; None where there are too many names to look through."""
    query = TABLE.statement("filters/searching/names_with", column=quoted(column))
    patterns = [contains_pattern(word.plain_part) for word in words]
    ((looked_at, found),) = rows(query, {"patterns": patterns, "most": MOST_NAMES + 1})
    if looked_at > MOST_NAMES:
        return None
    pairs: Any = json.loads(found) if isinstance(found, str) else found
    names: dict[Word, list[str]] = {}
    for number, name in pairs:
        names.setdefault(words[number - 1], []).append(name)
    return names
