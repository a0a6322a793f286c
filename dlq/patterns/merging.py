"""What happens to patterns when the rules change: everything that people wrote stays with the failures it is about."""

from __future__ import annotations

from dlq.models import CoarseKey, FailurePattern
from dlq.patterns.fingerprint import VERSION
from dlq.patterns.samples import fingerprint_of_sample

Advice = FailurePattern.Advice
State = FailurePattern.State

CAREFUL = (Advice.NO, Advice.ASK, Advice.YES, Advice.NONE)
"""Where two advices meet, the first one listed wins."""
URGENT = (State.RETURNED, State.NEW, State.KNOWN, State.MUTED, State.RESOLVED)
WRITTEN = (
    "state",
    "muted_until",
    "resolved_at",
    "returned_at",
    "assignee",
    "advice",
    "advice_text",
    "runbook_url",
    "notes",
)
"""What people write about a pattern."""


def move_to_present_rules() -> None:
    """Give each pattern the fingerprint that its sample has now. Where two become one, the older keeps both's writings.

    The entries are grouped anew after that; meanwhile they keep their patterns.
    """
    for pattern in FailurePattern.objects.filter(version__lt=VERSION, merged_into=None).order_by("pk"):
        print_ = fingerprint_of_sample(pattern)
        present = FailurePattern.objects.filter(version=VERSION, fingerprint=print_.digest).first()
        if present:
            merge(pattern, into=present)
            continue
        pattern.version, pattern.fingerprint, pattern.title = VERSION, print_.digest, print_.title
        pattern.kind, pattern.words = list(print_.kind), print_.words
        pattern.save(update_fields=("version", "fingerprint", "title", "kind", "words"))
    CoarseKey.objects.all().delete()


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
    """Whether nobody's writings would be mixed with other ones."""
    return not is_written_about(pattern) or all(getattr(pattern, name) == getattr(into, name) for name in WRITTEN)


def inherit(pattern: FailurePattern, earlier: FailurePattern) -> None:
    """A part of an earlier pattern became one of its own: it begins with what was written about the whole."""
    for name in WRITTEN:
        setattr(pattern, name, getattr(earlier, name))
    pattern.save(update_fields=WRITTEN)


def _both(first: str, second: str) -> str:
    return "\n".join(dict.fromkeys(text for text in (first, second) if text))
