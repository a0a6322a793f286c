"""What people write about a pattern, saved with name and time, and never over what somebody else wrote meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.timezone import localtime

from dlq.db import database_now
from dlq.models import FailurePattern

State = FailurePattern.State

FIELDS: dict[str, str] = {
    "state": "State",
    "muted_until": "Muted until",
    "owner": "Who is on it",
    "advice": "Safe to requeue?",
    "advice_text": "Advice",
    "runbook_url": "Runbook",
    "notes": "Notes",
}
"""What is written, and what it is called."""


@dataclass(frozen=True)
class Change:
    label: str
    before: str
    after: str


class WritingConflict(Exception):
    """Somebody else saved meanwhile; `pattern` is as it is now."""

    def __init__(self, pattern: FailurePattern) -> None:
        super().__init__(pattern.edited_by)
        self.pattern = pattern


def save_writing(pattern_id: int, *, seen: int, values: Mapping[str, Any], actor: str) -> list[Change]:
    """Save what differs, if nobody has saved since the edit `seen`. Returns the changes, none where nothing differs.

    Raises WritingConflict; FailurePattern.DoesNotExist. Touches no count, so it does not disturb the sorting.
    """
    with transaction.atomic():
        patterns: QuerySet[FailurePattern] = FailurePattern.objects.select_for_update()
        pattern = patterns.get(pk=pattern_id)
        changes = _changes(pattern, values)
        if not changes:
            return []
        if pattern.edit_number != seen:
            raise WritingConflict(pattern)
        now = database_now()
        if values["state"] != pattern.state:
            pattern.resolved_at = now if values["state"] == State.RESOLVED else None
        for name in FIELDS:
            setattr(pattern, name, values[name])
        pattern.edit_number += 1
        pattern.edited_by, pattern.edited_at = actor, now
        pattern.save(update_fields=(*FIELDS, "resolved_at", "edit_number", "edited_by", "edited_at"))
    return changes


def _changes(pattern: FailurePattern, values: Mapping[str, Any]) -> list[Change]:
    return [
        Change(label, in_words(name, getattr(pattern, name)), in_words(name, values[name]))
        for name, label in FIELDS.items()
        if _same_lines(getattr(pattern, name)) != _same_lines(values[name])
    ]


def in_words(name: str, value: Any) -> str:
    """A value as a person reads it."""
    if name == "state":
        return str(State(value).label)
    if name == "advice":
        return str(FailurePattern.Advice(value).label)
    if name == "muted_until" and value:
        return f"{localtime(value):%Y-%m-%d %H:%M %Z}"
    return str(value) if value else "–"


def _same_lines(value: Any) -> Any:
    """A browser sends each line break of a text field as CR LF."""
    return value.replace("\r\n", "\n").strip() if isinstance(value, str) else value
