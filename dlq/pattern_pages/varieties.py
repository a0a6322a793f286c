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
from dlq.patterns.fingerprint.fingerprints import BESIDE_MESSAGE
from dlq.patterns.learned_merging import MOST_COMPARED, MOST_KEPT
from dlq.redaction.masked_columns import masked_text
from dlq.redaction.texts import masked
from dlq.table.location import TABLE

MOST_SHOWN = 50
"""Templates of a pattern: as many as are kept apart, unless people merged more."""
MOST_ALIKE = 5
MOST_OFFERED = 100
MOST_OF_PATTERN = 10
"""Templates of the pattern, the largest, that others are compared with."""


@dataclass(frozen=True)
class Variety:
    """One template: what it has where they differ, its failed jobs, the address of their list, and what else is its own."""

    template: int
    title: str
    value: str
    entries: int
    query: str
    besides: str
    """Where they differ in more than the message, in words: "no place in the application", as where a text was cut off."""


@dataclass(frozen=True)
class Varieties:
    """The largest templates, of how many. `is_full`: further values are no longer told apart."""

    shown: list[Variety]
    templates: int
    difference: Difference
    is_full: bool
    parts: dict[str, str]
    """Of each part beside the message in which they differ what they have, in words: "E42 or none"."""

    @property
    def says_the_same(self) -> bool:
        """Whether their messages are the same."""
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
    for row in found:
        row["kind"] = list(map(masked, row["kind"]))
    differ = difference([row["words"] for row in found])
    shown = [
        Variety(
            row["id"],
            row["title"],
            # Where all say the same the title has at least the exception.
            value if any(differ.values) else row["title"],
            row["entries"],
            urlencode({"pattern": f"{AS_IT_WAS}{row['id']}", "status": "any"}),
            _besides(row["kind"], found),
        )
        for row, value in zip(found, differ.values, strict=True)
    ]
    templates = found[0]["templates"]
    having = {label: list(dict.fromkeys(row["kind"][at] for row in found)) for at, label in enumerate(BESIDE_MESSAGE)}
    parts = {label: _any_of(values) for label, values in having.items() if len(values) > 1}
    return Varieties(shown, templates, differ, is_full=templates >= MOST_KEPT, parts=parts)


def _any_of(values: Sequence[str]) -> str:
    return " or ".join([*filter(None, values), *(["none"] if "" in values else [])])


def _besides(kind: Sequence[str], others: Sequence[dict[str, Any]]) -> str:
    differing = [at for at in range(len(kind)) if any(other["kind"][at] != kind[at] for other in others)]
    return " and ".join(
        f"{BESIDE_MESSAGE[at].lower()} {kind[at]}" if kind[at] else f"no {BESIDE_MESSAGE[at].lower()}"
        for at in differing
    )


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
    found: dict[int, tuple[str, ...]] = {}
    for whole, kind, words in others:
        for own_kind, own_words in mine:
            if whole not in found and (differ := _differ(own_kind, own_words, kind, words)):
                found[whole] = differ
    wholes = FailurePattern.objects.filter(pk__in=found, merged_into=None).order_by("-entry_count", "pk")[:MOST_ALIKE]
    return [LookAlike(whole, *map(masked, found[whole.pk])) for whole in wholes]


def _differ(kind: list[str], words: str, other_kind: list[str], other_words: str) -> tuple[str, ...] | None:
    """What each of two that look alike has where they differ, in the message or in one part beside it."""
    differing = [pair for pair in zip(kind, other_kind, strict=False) if pair[0] != pair[1]]
    if not differing:
        differ = looks_alike(words, other_words)
        return differ.values if differ else None
    return differing[0] if len(differing) == 1 and words and words.lower() == other_words.lower() else None


def others_of_task(pattern: FailurePattern) -> list[FailurePattern]:
    """The largest others that it may be merged with."""
    others = FailurePattern.objects.filter(task_identifier=pattern.task_identifier, merged_into=None)
    return list(
        others.exclude(pk=pattern.pk).order_by("-entry_count", "pk").only("title", "entry_count")[:MOST_OFFERED]
    )
