"""The advice that people wrote about the patterns of a selection, with how many entries each concerns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet

from dlq.db.limits import in_time
from dlq.models import BackfillDlq, EntryPattern, FailurePattern

Advice = FailurePattern.Advice

SECONDS = 2
"""How long a page may count exactly."""
SAMPLE = 1_000
"""Of the newest entries are looked at where counting takes longer."""
MOST_ADVISED = 500
UNSHOWN = [
    f"{of}__{text}" for of in ("pattern", "pattern__merged_into") for text in ("sample_text", "sample_reason", "words")
]
"""Of a pattern where only its title and its advice are shown: texts that would be masked for nothing."""
ORDER = (Advice.NO, Advice.ASK, Advice.NONE, Advice.YES)
"""The warnings first."""


@dataclass(frozen=True)
class AdvisedPattern:
    """A pattern with advice, and how many of the selected entries it is about: of all, or (`of_sample`) of the newest."""

    pattern: FailurePattern
    count: int
    of_sample: int | None = None


def advice_on(entries: QuerySet[BackfillDlq], *, are_many: bool = False) -> list[AdvisedPattern]:
    """For the patterns of these entries that have advice. Nothing is counted where no pattern has any, of many some."""
    has_advice = ~Q(advice="") | ~Q(advice_text="")
    advised = {p.pk: p for p in FailurePattern.objects.filter(has_advice, merged_into=None)[:MOST_ADVISED]}
    if not advised:
        return []
    counts = None if are_many else in_time(SECONDS, lambda: _counts(entries.order_by().values("pk"), list(advised)))
    of_sample = None
    if counts is None:
        newest = list(entries.order_by("-failed_at", "-id").values_list("pk", flat=True)[:SAMPLE])
        counts, of_sample = _counts(newest, list(advised)), len(newest)
    found = [AdvisedPattern(advised[pattern], count, of_sample) for pattern, count in counts.items()]
    return sorted(found, key=lambda one: (ORDER.index(Advice(one.pattern.advice)), -one.count))


def is_advised_against(advice: Iterable[AdvisedPattern]) -> bool:
    """Whether any of it is not to requeue."""
    return any(advised.pattern.advice == Advice.NO for advised in advice)


def pattern_of(entry_id: int) -> FailurePattern | None:
    """Of one entry; None where it is not grouped yet."""
    patterns = EntryPattern.objects.filter(entry_id=entry_id).select_related("pattern__merged_into")
    found = patterns.defer(*UNSHOWN).first()
    return (found.pattern.merged_into or found.pattern) if found else None


def _counts(entries: Any, advised: list[int]) -> Counter[int]:
    templates = dict(
        FailurePattern.objects.filter(Q(pk__in=advised) | Q(merged_into__in=advised)).values_list(
            "pk", "merged_into_id"
        )
    )
    groups = (
        EntryPattern.objects.filter(pattern__in=list(templates), entry_id__in=entries).values_list("pattern").order_by()
    )
    counts: Counter[int] = Counter()
    for template, count in groups.annotate(Count("entry_id")):
        counts[templates[template] or template] += count
    return counts
