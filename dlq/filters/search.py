"""The search: what its words mean. All of them must be in an entry's reason, error, payload or key."""

from __future__ import annotations

import json
import operator
import re
from functools import reduce

from django.db.models import Q
from django.utils.text import smart_split, unescape_string_literal

from dlq.db.bigint import entry_number
from dlq.db.expressions import ContainsText
from dlq.table.searched_text import HasWords, SearchedText

ANYWHERE, WORDS = "anywhere", "words"
MODES = {ANYWHERE: "within words, too", WORDS: "words and their beginnings"}
"""How the words of a search are meant: anywhere, also within a longer one; or only at the beginning of one, which is what full
text search can do."""

SHORTEST = 3
"""Letters or digits in a row that make a trigram: a shorter word leads a trigram index nowhere."""


def found(text: str, mode: str) -> Q:
    """The entries with every word (or "quoted phrase"); a number also finds an entry's or a job's id."""
    return reduce(operator.and_, (_found(word, mode) for word in words(text)))


def words(text: str) -> list[str]:
    return [
        unescape_string_literal(bit) if re.fullmatch(r"([\"']).+\1", bit, re.DOTALL) else bit
        for bit in smart_split(text)
    ]


def has_trigram(text: str) -> bool:
    """Whether some word of the search can be looked up by three letters; the others are then checked on what it finds."""
    return any(re.search(rf"[^\W_]{{{SHORTEST}}}", word) for word in words(text))


def number(text: str) -> int | None:
    """The id that the search may mean, where it is nothing but a number."""
    return entry_number(text.strip())


def _found(word: str, mode: str) -> Q:
    if mode == WORDS:
        condition = Q(HasWords(word))
    else:
        condition = Q(ContainsText(SearchedText(), word))
        # Within JSON a quote, a backslash or a line break is escaped.
        if (escaped := json.dumps(word, ensure_ascii=False)[1:-1]) != word:
            condition |= Q(ContainsText(SearchedText(), escaped))
    if (identity := number(word)) is not None:
        condition |= Q(id=identity) | Q(original_job_id=identity)
    return condition
