"""What varies in a pattern of several templates, and patterns that differ from it in as little."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from dlq.db.statements import dicts
from dlq.filters.pattern import AS_IT_WAS
from dlq.models import FailurePattern
from dlq.patterns.fingerprint.differences import Difference, difference, looks_alike
from dlq.patterns.learned_merging import MOST_COMPARED, MOST_KEPT
from dlq.redaction.masked_columns import masked_text
from dlq.table.location import TABLE

MOST_SHOWN = 50
"""Templates of a pattern: as many as are kept apart, unless people merged more."""
MOST_ALIKE = 5
MOST_OF_PATTERN = 10
"""Templates of the pattern, the largest, that others are compared with."""


@dataclass(frozen=True)
class Variety:
    """One template: what it has where they differ, its failed jobs, the address of their list, and what of it was cut off."""

    template: int
    title: str
    value: str
    entries: int
    query: str
    lacks: str


@dataclass(frozen=True)
class Varieties:
    """The largest templates, of how many. `is_full`: further values are no longer told apart."""

    shown: list[Variety]
    templates: int
    difference: Difference
    is_full: bool

    @property
    def says_the_same(self) -> bool:
        """Whether they differ only in what was cut off."""
        return not any(self.difference.values)


@dataclass(frozen=True)
class LookAlike:
    pattern: FailurePattern
    here: str
    there: str


def varieties_of(pattern: FailurePattern) -> Varieties | None:
    """None where there is a single template."""
    statement = TABLE.statement(
        "pattern_pages/varieties", title=masked_text("template.title"), words=masked_text("template.words")
    )
    found = dicts(statement, {"pattern": pattern.pk, "most": MOST_SHOWN})
    if len(found) < 2:
        return None
    differ = difference([row["words"] for row in found])
    shown = [
        Variety(
            row["id"],
            row["title"],
            # Where all say the same the title has at least the exception.
            value if any(differ.values) else row["title"],
            row["entries"],
            urlencode({"pattern": f"{AS_IT_WAS}{row['id']}", "status": "any"}),
            _lacking(row, found),
        )
        for row, value in zip(found, differ.values, strict=True)
    ]
    templates = found[0]["templates"]
    return Varieties(shown, templates, differ, is_full=templates >= MOST_KEPT)


def _lacking(row: dict[str, Any], others: Sequence[dict[str, Any]]) -> str:
    lacking = [
        words
        for words, name in (("no exception", "has_no_exception"), ("no place in the application", "has_no_place"))
        if row[name] and not all(other[name] for other in others)
    ]
    return " and ".join(lacking)


def look_alikes_of(pattern: FailurePattern, varieties: Varieties | None, apart: Collection[int]) -> list[LookAlike]:
    """Those of the task with most failed jobs; but for those that people said to be `apart`."""
    own = [variety.template for variety in varieties.shown[:MOST_OF_PATTERN]] if varieties else [pattern.pk]
    mine = list(FailurePattern.objects.filter(pk__in=own).values_list("kind", "words"))
    others = (
        FailurePattern.objects.filter(task_identifier=pattern.task_identifier, version=pattern.version)
        .exclude(whole_id__in=(pattern.pk, *apart))
        .order_by("-pk")
        .values_list("whole_id", "kind", "words")[:MOST_COMPARED]
    )
    found: dict[int, Difference] = {}
    for whole, kind, words in others:
        for own_kind, own_words in mine:
            if whole not in found and kind == own_kind and (differ := looks_alike(own_words, words)):
                found[whole] = differ
    wholes = FailurePattern.objects.filter(pk__in=found, merged_into=None).order_by("-entry_count", "pk")[:MOST_ALIKE]
    return [LookAlike(whole, *found[whole.pk].values) for whole in wholes]
