"""The `pattern` filter: failed jobs that were grouped into a failure pattern."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import BooleanField, Case, Exists, OuterRef, Q, QuerySet, When

from dlq.db.bigint import by_number
from dlq.filters.conditions import Condition
from dlq.models import EntryPattern, FailurePattern
from dlq.table.indexes import TableState

UNGROUPED = "-"
"""What the `pattern` parameter calls failed jobs that are in no pattern yet."""


class PatternField(forms.Field):
    """The number of a pattern, as the pattern; None for UNGROUPED. One that newer rules merged means what it became."""

    def clean(self, value: Any) -> FailurePattern | None:
        text = str(value).strip()
        if text == UNGROUPED:
            return None
        pattern = by_number(FailurePattern.objects.all(), text)
        if pattern is None:
            raise ValidationError("There is no failure pattern “%(text)s”.", params={"text": text})
        return pattern.merged_into or pattern


class PatternCondition(Condition):
    def is_found_by_index(self, state: TableState, values: list[Any]) -> bool:
        """Our own records of a pattern lead to its entries; of what is ungrouped there are none."""
        return None not in values

    def words(self, text: str, value: Any) -> str:
        return f"“{value.title}” ({value.task_identifier})" if value else "not grouped yet"


class AssigneeCondition(Condition):
    def is_found_by_index(self, state: TableState, values: list[Any]) -> bool:
        return True


def in_pattern(pattern: FailurePattern | None) -> Q:
    """By the failure that was grouped: one whose failed_at is another by now is in no pattern until it is grouped anew."""
    if pattern is None:
        return ~Q(Exists(_grouped()))
    # Entries of merged ones are grouped anew only in time.
    merged = list(pattern.merged.values_list("pk", flat=True))
    return _in_any([pattern.pk, *merged], pattern.first_seen, pattern.last_seen)


def assigned_to(name: str) -> Q:
    """In one of the patterns that this person is the assignee of."""
    patterns = list(FailurePattern.objects.filter(assignee=name).values_list("pk", "first_seen", "last_seen"))
    if not patterns:
        return Q(pk__in=())
    numbers, first, last = zip(*patterns, strict=True)
    return _in_any(list(numbers), min(first), max(last))


def _grouped() -> QuerySet[EntryPattern]:
    # In a CASE, so that PostgreSQL neither joins by the time, which very many may share, nor takes "equal" for rare.
    is_this_failure = Case(When(failed_at=OuterRef("failed_at"), then=True), default=False, output_field=BooleanField())
    return EntryPattern.objects.filter(is_this_failure, entry_id=OuterRef("pk"))


def _in_any(patterns: list[int], first: datetime, last: datetime) -> Q:
    # The times follow from the rest; said plainly they spare PostgreSQL reading entries that are newer.
    return Q(Exists(_grouped().filter(pattern__in=patterns)), failed_at__gte=first, failed_at__lte=last)
