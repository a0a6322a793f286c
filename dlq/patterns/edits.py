"""What people say about a pattern, saved with name and time, and never over what somebody else wrote meanwhile.

Each edit is recorded in its own transaction, so that there is none of which it is not known who made it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.text import normalize_newlines
from django.utils.timezone import localtime

from dlq.db.limits import lock_limit
from dlq.db.statements import database_now
from dlq.models import EditRecord, FailurePattern

State = FailurePattern.State

FIELDS: dict[str, str] = {
    "state": "State",
    "muted_until": "Muted until",
    "assignee": "Assignee",
    "advice": "Safe to requeue?",
    "advice_text": "Advice",
    "runbook_url": "Runbook",
    "notes": "Notes",
}
"""What is written, and what it is called."""
MOST_EDITS = 20
"""Of a pattern that its page lists, and that are kept however old they are."""


@dataclass(frozen=True)
class Change:
    label: str
    before: str
    after: str


class EditConflict(Exception):
    """Somebody else saved meanwhile; `pattern` is as it is now."""

    def __init__(self, pattern: FailurePattern) -> None:
        super().__init__(pattern.edited_by)
        self.pattern = pattern


def save_edit(pattern_id: int, *, seen: int, values: Mapping[str, Any], actor: str) -> list[Change]:
    """Save what differs, if nobody has saved since the edit `seen`. Returns the changes, none where nothing differs.

    Raises EditConflict; Locked, where somebody else is at it; FailurePattern.DoesNotExist. Touches no count, so it does not
    disturb the classifier.
    """
    with lock_limit():
        patterns: QuerySet[FailurePattern] = FailurePattern.objects.select_for_update()
        pattern = patterns.get(pk=pattern_id)
        changes = changes_of(pattern, values)
        if not changes:
            return []
        if pattern.edit_number != seen:
            raise EditConflict(pattern)
        now = database_now()
        if values["state"] != pattern.state:
            pattern.resolved_at = now if values["state"] == State.RESOLVED else None
        for name in FIELDS:
            value = values[name]
            setattr(pattern, name, normalize_newlines(value) if isinstance(value, str) else value)
        pattern.edit_number += 1
        pattern.edited_by, pattern.edited_at = actor, now
        pattern.save(update_fields=(*FIELDS, "resolved_at", "edit_number", "edited_by", "edited_at"))
        _record(pattern, actor, changes, now)
    return changes


def named(pattern: FailurePattern) -> str:
    """As the history names it, also when it is a part of another by then."""
    return f"pattern #{pattern.pk} “{pattern.title}”"


def record(pattern: FailurePattern, actor: str, happened: str) -> None:
    """What happened to a pattern as a whole, for its history; in the transaction of the caller."""
    _record(pattern, actor, [Change("", "", happened)], database_now())


def _record(pattern: FailurePattern, actor: str, changes: Sequence[Change], now: datetime) -> None:
    EditRecord.objects.create(
        kind=EditRecord.Kind.PATTERN,
        object_id=pattern.pk,
        actor=actor,
        changes=[asdict(change) for change in changes],
        created_at=now,
    )


def edits_of(pattern: FailurePattern) -> QuerySet[EditRecord]:
    """What people changed, newest first, also while what became a part of the pattern was one of its own."""
    patterns = FailurePattern.objects.filter(whole_id=pattern.pk).values("pk")
    edits: QuerySet[EditRecord] = EditRecord.objects.filter(kind=EditRecord.Kind.PATTERN, object_id__in=patterns)
    return edits.order_by("-pk")


def changes_of(pattern: FailurePattern, values: Mapping[str, Any]) -> list[Change]:
    """What of a pattern the values would change."""
    return [
        Change(label, _in_words(name, getattr(pattern, name)), _in_words(name, values[name]))
        for name, label in FIELDS.items()
        if _normalized(getattr(pattern, name)) != _normalized(values[name])
    ]


def _in_words(name: str, value: Any) -> str:
    """A value as a person reads it."""
    if name == "state":
        return str(State(value).label)
    if name == "advice":
        return str(FailurePattern.Advice(value).label)
    if name == "muted_until" and value:
        return f"{localtime(value):%Y-%m-%d %H:%M %Z}"
    return str(value) if value else "–"


def _normalized(value: Any) -> Any:
    """A browser sends each line break of a text field as CR LF."""
    return normalize_newlines(value).strip() if isinstance(value, str) else value
