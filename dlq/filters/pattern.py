"""The `pattern` filter: failed jobs that were grouped into a failure pattern."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import BooleanField, Case, Exists, OuterRef, Q, When

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


def in_pattern(pattern: FailurePattern | None) -> Q:
    """By the failure that was grouped: one whose failed_at is another by now is in no pattern until it is grouped anew."""
    # In a CASE, so that PostgreSQL neither joins by the time, which very many may share, nor takes "equal" for rare.
    is_this_failure = Case(When(failed_at=OuterRef("failed_at"), then=True), default=False, output_field=BooleanField())
    grouped = EntryPattern.objects.filter(is_this_failure, entry_id=OuterRef("pk"))
    if pattern is None:
        return ~Q(Exists(grouped))
    # Entries of merged ones are grouped anew only in time.
    merged = list(pattern.merged.values_list("pk", flat=True))
    # The times follow from the rest; said plainly they spare PostgreSQL reading entries that are newer.
    return Q(
        Exists(grouped.filter(pattern__in=[pattern.pk, *merged])),
        failed_at__gte=pattern.first_seen,
        failed_at__lte=pattern.last_seen,
    )
