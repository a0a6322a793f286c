"""The search: what its words mean. All of them must be in an entry's task, queue, reason, error, payload, key or notes."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Q
from django.utils.text import smart_split, unescape_string_literal

from dlq.db.bigint import entry_number
from dlq.redaction.rules import configured
from dlq.redaction.steps import may_be_of_a_mask

ANYWHERE, WORDS = "anywhere", "words"
MODES = {ANYWHERE: "within words, too", WORDS: "words and their beginnings"}
"""How the words of a search are meant: anywhere, also within a longer one; or only at the beginning of one, which is what full
text search can do."""

MOST_WORDS = 16
"""Different ones in a filter. Each costs time for each entry that is looked at."""
SHORTEST = 3
"""Letters or digits in a row that make a trigram: a shorter word leads a trigram index nowhere."""
ESCAPED = re.compile(r'["\\\x00-\x1f]')
"""What JSON escapes within a text."""


@dataclass(frozen=True)
class Word:
    """A word, or a "quoted phrase"."""

    text: str

    @property
    def forms(self) -> tuple[str, ...]:
        """What to look for: within JSON a quote, a backslash or a line break is escaped."""
        escaped = json.dumps(self.text, ensure_ascii=False)[1:-1]
        return (self.text,) if escaped == self.text else (self.text, escaped)

    @property
    def plain_part(self) -> str:
        """The longest part that all forms have."""
        return max(ESCAPED.split(self.text), key=len)

    @property
    def has_trigram(self) -> bool:
        return bool(re.search(rf"[^\W_]{{{SHORTEST}}}", self.plain_part))

    @cached_property
    def number(self) -> int | None:
        """The id of an entry or a job that the word may mean, too; also as the pages print it, #42."""
        return entry_number(self.text.removeprefix("#"))

    @property
    def is_id(self) -> Q:
        return Q() if self.number is None else Q(id=self.number) | Q(original_job_id=self.number)


Search = tuple[Word, ...]
"""What one `q` asks for: all of these words."""


def read(text: str) -> Search:
    return tuple(
        Word(unescape_string_literal(bit) if re.fullmatch(r"([\"']).+\1", bit, re.DOTALL) else bit)
        for bit in smart_split(text)
    )


def different_words(texts: Sequence[str]) -> int:
    return len({word for text in texts for word in read(text)})


def finds_masks(searches: Sequence[Search], *, as_words: bool) -> bool:
    """Whether a word may be found in the masks that stand in the place of secrets."""
    rules = configured()
    return any(
        may_be_of_a_mask(form, rules, as_words=as_words)
        for search in searches
        for word in search
        for form in word.forms
    )
