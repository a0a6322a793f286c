"""Where a search found a row: its words are marked in what the row shows; what it does not show is quoted in a short line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString

from dlq.db.limits import in_time
from dlq.db.statements import rows
from dlq.filters.searching.search import Word
from dlq.models import BackfillDlq
from dlq.redaction.masked_columns import masked_json, masked_text
from dlq.table.location import TABLE
from dlq.table.searched_text import WITHIN

SECONDS = 0.5
"""For the quotations; the list is there without them."""
BEFORE, QUOTED = 24, 90
"""Characters of a quotation: before what was found, and in all."""
SHOWN = ("task_identifier", "queue_name", "error_line")
"""What a row shows."""


@dataclass(frozen=True)
class Searched:
    """The words of the search, as the page of a list has them."""

    words: Sequence[Word]

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        texts = sorted((word.text for word in self.words), key=len, reverse=True)
        return re.compile(f"({'|'.join(map(re.escape, texts))})", re.IGNORECASE)

    def marked(self, text: str) -> SafeString:
        """The text as markup, with the words marked."""
        if not self.words:
            return conditional_escape(text)
        parts = enumerate(self._pattern.split(text))
        return format_html_join("", "{}", ((_mark(part) if number % 2 else part,) for number, part in parts))

    def is_shown(self, word: Word, entry: BackfillDlq) -> bool:
        return entry.pk == word.number or any(word.text.lower() in str(getattr(entry, name)).lower() for name in SHOWN)


NOTHING = Searched(())


@dataclass(frozen=True)
class Quotation:
    """The place of an entry that a row does not show, and what was found there."""

    place: str
    text: str


def quote(page: Iterable[Any], words: Sequence[Word]) -> None:
    """Gives each entry `searched`, and `quotation` where a word was found in what its row does not show."""
    searched = Searched(words)
    hidden: dict[int, list[Word]] = {}
    for entry in page:
        entry.searched = searched
        if words_hidden := [word for word in words if not searched.is_shown(word, entry)]:
            hidden[entry.pk] = words_hidden
    if not hidden:
        return
    found = in_time(SECONDS, lambda: _find(list(hidden), words)) or []
    quotations: dict[int, Quotation] = {}
    for entry_id, place, number, text in found:
        if words[number] in hidden[entry_id]:
            quotations.setdefault(entry_id, Quotation(place, text))
    for entry in page:
        entry.quotation = quotations.get(entry.pk) or _by_job(entry, hidden.get(entry.pk, ()))


def _find(entry_ids: list[int], words: Sequence[Word]) -> list[tuple[int, str, int, str]]:
    forms = [(form, number) for number, word in enumerate(words) for form in word.forms]
    parameters = {
        "ids": entry_ids,
        "forms": [form for form, _number in forms],
        "numbers": [number for _form, number in forms],
        "within": WITHIN,
        "before": BEFORE,
        "quoted": QUOTED,
    }
    texts = {name: masked_text(f"e.{name}") for name in ("notes", "job_key", "failure_reason")}
    documents = {name: masked_json(f"e.{name}") for name in ("last_error", "payload")}
    return rows(TABLE.statement("listing/matches", **texts, **documents), parameters)


def _by_job(entry: BackfillDlq, words: Iterable[Word]) -> Quotation | None:
    found = [word for word in words if word.number is not None and word.number == entry.original_job_id]
    return Quotation("job", f"{entry.original_job_id}") if found else None


def _mark(text: str) -> SafeString:
    return format_html("<mark>{}</mark>", text)
