"""The `pattern` filter: failed jobs that were grouped into a failure pattern."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
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


AS_IT_WAS = "="
"""Before the numbers of templates: the pattern of the first one, as it was when it had these. Merges don't change that."""


@dataclass(frozen=True)
class PatternValue:
    """A pattern, and the templates that belong to it."""

    pattern: FailurePattern
    templates: tuple[int, ...]

    @property
    def frozen(self) -> str:
        return AS_IT_WAS + ",".join(map(str, self.templates))


class PatternField(forms.Field):
    """The number of a pattern, or of one that became a part of it; None for UNGROUPED."""

    def clean(self, value: Any) -> PatternValue | None:
        text = str(value).strip()
        if text == UNGROUPED:
            return None
        numbers = text.removeprefix(AS_IT_WAS).split(",") if text.startswith(AS_IT_WAS) else [text]
        found = by_number(FailurePattern.objects.select_related("merged_into"), numbers[0])
        if found is None or not all(
            number.isascii() and number.isdecimal() and len(number) < 19 for number in numbers[1:]
        ):
            raise ValidationError("There is no failure pattern “%(text)s”.", params={"text": text})
        pattern = found.merged_into or found
        if text.startswith(AS_IT_WAS):
            return PatternValue(pattern, (found.pk, *map(int, numbers[1:])))
        return PatternValue(pattern, (pattern.pk, *pattern.merged.order_by("pk").values_list("pk", flat=True)))


class PatternCondition(Condition):
    def is_found_by_index(self, state: TableState, values: list[Any]) -> bool:
        """Our own records of a pattern lead to its entries; of what is ungrouped there are none."""
        return None not in values

    def absolute(self, text: str, value: Any) -> str:
        return str(value.frozen) if value else text

    def words(self, text: str, value: Any) -> str:
        return f"“{value.pattern.title}” ({value.pattern.task_identifier})" if value else "not grouped yet"


class AssigneeCondition(Condition):
    def is_found_by_index(self, state: TableState, values: list[Any]) -> bool:
        return True


def in_pattern(value: PatternValue | None) -> Q:
    """By the failure that was grouped: one whose failed_at is another by now is in no pattern until it is grouped anew."""
    if value is None:
        return ~Q(Exists(_grouped()))
    return _in_any(value.templates, value.pattern.first_seen, value.pattern.last_seen)


def assigned_to(name: str) -> Q:
    """In one of the patterns that this person is the assignee of."""
    whole = FailurePattern.objects.filter(assignee=name, merged_into=None).values("pk")
    templates = FailurePattern.objects.filter(Q(pk__in=whole) | Q(merged_into__in=whole))
    found = list(templates.values_list("pk", "first_seen", "last_seen"))
    if not found:
        return Q(pk__in=())
    numbers, first, last = zip(*found, strict=True)
    return _in_any(numbers, min(first), max(last))


def _grouped() -> QuerySet[EntryPattern]:
    # In a CASE, so that PostgreSQL neither joins by the time, which very many may share, nor takes "equal" for rare.
    is_this_failure = Case(When(failed_at=OuterRef("failed_at"), then=True), default=False, output_field=BooleanField())
    return EntryPattern.objects.filter(is_this_failure, entry_id=OuterRef("pk"))


def _in_any(templates: Sequence[int], first: datetime, last: datetime) -> Q:
    # The times follow from the rest; said plainly they spare PostgreSQL reading entries that are newer.
    return Q(Exists(_grouped().filter(pattern__in=templates)), failed_at__gte=first, failed_at__lte=last)
