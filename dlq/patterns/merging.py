"""What happens to patterns when the rules change: everything that people wrote stays with the failures it is about."""

from __future__ import annotations

from django.db.models import Q

from dlq.models import CoarseKey, FailurePattern
from dlq.patterns.edits import FIELDS, named, record
from dlq.patterns.fingerprint import VERSION
from dlq.patterns.samples import fingerprint_of_sample

Advice = FailurePattern.Advice
State = FailurePattern.State

CAREFUL = (Advice.NO, Advice.ASK, Advice.YES, Advice.NONE)
"""Where two advices meet, the first one listed wins."""
URGENT = (State.RETURNED, State.NEW, State.KNOWN, State.MUTED, State.RESOLVED)
RULES = f"rules, version {VERSION}"
"""Who does what nobody decided."""
WRITTEN = (*FIELDS, "resolved_at", "returned_at")
"""What people write about a pattern, and what follows from it."""


def move_to_present_rules() -> set[str]:
    """Give each pattern the fingerprint that its sample has now. Where two become one, the older keeps both's writings.

    The entries are grouped anew after that; meanwhile they keep their patterns. Returns the tasks that have patterns.
    """
    # Parts that the rules had found are found again by the rules; those that people made stay parts.
    moved = Q(merged_into=None) | ~Q(placed_by="")
    tasks = set()
    for pattern in FailurePattern.objects.filter(moved, version__lt=VERSION).order_by("pk"):
        tasks.add(pattern.task_identifier)
        read_anew(pattern)
    CoarseKey.objects.all().delete()
    return tasks


def read_anew(pattern: FailurePattern) -> None:
    """Give it what its sample says now; where another one says the same, they become one."""
    print_ = fingerprint_of_sample(pattern)
    same = FailurePattern.objects.filter(version=VERSION, fingerprint=print_.digest).exclude(pk=pattern.pk).first()
    if same:
        pattern.refresh_from_db(fields=("merged_into",))
        if pattern.whole != same.whole:
            record(same.whole, RULES, f"Took in {named(pattern.whole)}: the rules don’t tell them apart any more.")
            merge(pattern.whole, into=same.whole)
        return
    pattern.version, pattern.fingerprint, pattern.title = VERSION, print_.digest, print_.title
    pattern.kind, pattern.words = list(print_.kind), print_.words
    pattern.save(update_fields=("version", "fingerprint", "title", "kind", "words"))


def merge(pattern: FailurePattern, *, into: FailurePattern) -> None:
    """Make one a part of the other. Its entries, hours and requeues keep pointing to it; the whole counts them."""
    into.advice = min(pattern.advice, into.advice, key=lambda advice: CAREFUL.index(Advice(advice)))
    into.advice_text = _both(into.advice_text, pattern.advice_text)
    into.notes = _both(into.notes, pattern.notes)
    into.assignee = into.assignee or pattern.assignee
    into.runbook_url = into.runbook_url or pattern.runbook_url
    if URGENT.index(State(pattern.state)) < URGENT.index(State(into.state)):
        for name in ("state", "muted_until", "resolved_at", "returned_at"):
            setattr(into, name, getattr(pattern, name))
    into.first_seen = min(into.first_seen, pattern.first_seen)
    into.last_seen = max(into.last_seen, pattern.last_seen)
    into.entry_count += pattern.entry_count
    into.queues = sorted({*into.queues, *pattern.queues})[: FailurePattern.MOST_QUEUES]
    into.save(update_fields=(*WRITTEN, "first_seen", "last_seen", "entry_count", "queues"))
    # What became a part of it before is one of the new one now: nobody follows two steps.
    pattern.merged.update(merged_into=into)
    pattern.merged_into = into
    pattern.entry_count = 0
    pattern.save(update_fields=("merged_into", "entry_count"))


def is_written_about(pattern: FailurePattern) -> bool:
    untouched = FailurePattern()
    return any(getattr(pattern, name) != getattr(untouched, name) for name in WRITTEN)


def may_merge(pattern: FailurePattern, *, into: FailurePattern) -> bool:
    """Whether the rules may: what people wrote about one is never said of the other, nor is what people took apart joined."""
    if pattern.is_set_apart or into.is_set_apart:
        return False
    return all(getattr(pattern, name) == getattr(into, name) for name in WRITTEN)


def inherit(pattern: FailurePattern, earlier: FailurePattern) -> None:
    """A part of an earlier pattern became one of its own: it begins with what was written about the whole."""
    for name in WRITTEN:
        setattr(pattern, name, getattr(earlier, name))
    pattern.save(update_fields=WRITTEN)


def _both(first: str, second: str) -> str:
    return "\n".join(dict.fromkeys(text for text in (first, second) if text))
