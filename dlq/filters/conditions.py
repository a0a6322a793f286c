"""The kinds of filters: what a parameter's values mean in SQL and how they read in words."""

from __future__ import annotations

import json
import operator
import re
from collections.abc import Callable
from datetime import datetime
from functools import reduce
from typing import Any

import django_filters
from django import forms
from django.db.models import F, Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils.formats import date_format
from django.utils.text import smart_split, unescape_string_literal
from django.utils.timezone import localtime

from dlq.catalogue import Column
from dlq.display import queue_label
from dlq.expressions import ContainsText, JsonText, OwnerColumnEquals
from dlq.filters import fields
from dlq.filters.payload import PayloadMatch
from dlq.filters.weekday_hour import WeekdayHour

NO_QUEUE = "-"
"""What the `queue_name` parameter calls the empty queue name."""


class Condition(django_filters.Filter):  # type: ignore[misc]
    """A parameter whose values are OR-ed. `condition` gives the Q of one value, `each` reads it from text.

    `says` introduces the values in words ("Task is"), `joined_by` stands between them.
    """

    field_class = fields.Values
    joined_by = "or"

    def __init__(
        self,
        condition: Callable[[Any], Q],
        each: forms.Field,
        *,
        label: str,
        says: str,
        help_text: str = "",
        placeholder: str = "",
        more: bool = True,
    ) -> None:
        super().__init__(label=label, each=each, help_text=help_text)
        self.condition = condition
        self.says = says
        self.placeholder = placeholder
        self.more = more
        """Whether the list's form shows it only under "More filters"."""

    def filter(self, queryset: QuerySet[Any], values: list[Any]) -> QuerySet[Any]:
        if not values:
            return queryset
        join = operator.or_ if self.joined_by == "or" else operator.and_
        return queryset.filter(reduce(join, map(self.condition, values)))

    def absolute(self, text: str, value: Any) -> str:
        """The parameter's text that means the same whenever and wherever it is read."""
        return str(value.isoformat()) if isinstance(value, datetime) else text

    def is_in_force(self, text: str) -> bool:
        """Whether this value leaves anything out."""
        return True

    def words(self, text: str, value: Any) -> str:
        """One value as a person reads it."""
        return date_format(localtime(value), "j M Y H:i:s") if isinstance(value, datetime) else text


class QueueCondition(Condition):
    def words(self, text: str, value: Any) -> str:
        return queue_label("") if text == NO_QUEUE else text


class WeekdayHourCondition(Condition):
    def absolute(self, text: str, value: Any) -> str:
        return str(value)

    def words(self, text: str, value: Any) -> str:
        return str(value.words)


class PayloadCondition(Condition):
    """Repeated conditions on the payload are AND-ed: each narrows further."""

    joined_by = "and"


def exactly(column: str, each: forms.Field | None = None, *, label: str, **options: Any) -> Condition:
    return Condition(
        lambda value: Q(**{column: value}), each or fields.Text(), label=label, says=f"{label} is", **options
    )


def at_least(column: str, *, label: str, **options: Any) -> Condition:
    return Condition(lambda value: Q(**{f"{column}__gte": value}), fields.Number(), label=label, **options)


def at_most(column: str, *, label: str, **options: Any) -> Condition:
    return Condition(lambda value: Q(**{f"{column}__lte": value}), fields.Number(), label=label, **options)


def in_queue(name: str) -> Q:
    return Q(queue_name="" if name == NO_QUEUE else name)


def was_requeued(yes: bool) -> Q:
    return Q(requeued_count__gt=0) if yes else Q(requeued_count__lte=0)


def has_notes(yes: bool) -> Q:
    none = Q(notes__isnull=True) | Q(notes="")
    return ~none if yes else none


def owner_column(column: Column) -> Condition:
    """The filter by a column that the table's owner added."""
    return Condition(
        lambda text: Q(OwnerColumnEquals(column.name, column.type_name, text)),
        fields.OwnerValue(column),
        label=column.name,
        says=f"{column.name} is",
    )


def in_hour_of_week(hour: WeekdayHour) -> Q:
    return hour.condition


def payload_matches(match: PayloadMatch) -> Q:
    return match.condition


def words_found(text: str) -> Q:
    """Every word (or "quoted phrase") in reason, error, payload or key; a number also finds an entry's or a job's id."""
    return reduce(operator.and_, (_word_found(word) for word in _words(text)))


def _words(text: str) -> list[str]:
    return [
        unescape_string_literal(bit) if re.fullmatch(r"([\"']).+\1", bit, re.DOTALL) else bit
        for bit in smart_split(text)
    ]


def _word_found(word: str) -> Q:
    # Within JSON a quote, a backslash or a line break stands escaped.
    escaped = json.dumps(word, ensure_ascii=False)[1:-1]
    found = (
        Q(failure_reason__contains_text=word)
        | Q(job_key__contains_text=word)
        | _contains(JsonText(F("last_error")), word)
        | _contains(Cast("payload", TextField()), escaped)
    )
    if escaped != word:
        found |= _contains(Cast("last_error", TextField()), escaped)
    if re.fullmatch(r"[0-9]{1,19}", word) and int(word) <= fields.BIGGEST_ID:
        found |= Q(id=int(word)) | Q(original_job_id=int(word))
    return found


def _contains(text: Any, word: str) -> Q:
    return Q(ContainsText(text, word))
