"""The kinds of filters: what a parameter's values mean in SQL and how they read in words."""

from __future__ import annotations

import operator
from collections.abc import Callable
from copy import copy
from datetime import datetime
from functools import reduce
from typing import Any

import django_filters
from django import forms
from django.db.models import F, Q
from django.db.models.lookups import Exact, IsNull

from dlq.filters import fields
from dlq.filters.searching import search
from dlq.redaction.masked_columns import Raw, ReadsAs
from dlq.redaction.steps import BEGINS
from dlq.table.columns import TableColumn
from dlq.table.extra_columns import ExtraColumnEquals
from dlq.table.indexes import TableState
from dlq.web.formatting import clock_text, queue_label

NO_QUEUE = "-"
"""What the `queue_name` parameter calls the empty queue name."""


class Condition(django_filters.Filter):  # type: ignore[misc]
    """A parameter whose values are OR-ed. `condition` gives the Q of one value, `each` reads it from text.

    `says` introduces the values in words ("Task is"), unless the label does; `joined_by` is written between them.
    """

    field_class = fields.RepeatedValues
    joined_by = "or"
    most = 100
    """Values that may be given at once."""

    def __init__(
        self,
        condition: Callable[[Any], Q],
        each: forms.Field,
        *,
        label: str,
        says: str = "",
        help_text: str = "",
        placeholder: str = "",
        more: bool = True,
        column: str | None = None,
    ) -> None:
        super().__init__(label=label, each=each, most=self.most, help_text=help_text)
        self.condition = condition
        self.column = column
        """The table's column that the values are compared with, where an index on it answers."""
        self.says = says or label
        self.placeholder = placeholder
        self.more = more
        """Whether the list's form shows it only under "More filters"."""

    def __deepcopy__(self, memo: dict[int, Any]) -> Condition:
        """Each filter set takes a copy of its own of every condition; what they are made of never changes."""
        return copy(self)

    def of(self, values: list[Any], *, sees_all: bool) -> Q:
        """What the values mean together; everything, if there are none. `sees_all`: to whom may see what is masked."""
        join = operator.or_ if self.joined_by == "or" else operator.and_
        return reduce(join, (self.one(value, sees_all=sees_all) for value in values)) if values else Q()

    def one(self, value: Any, *, sees_all: bool) -> Q:
        return self.condition(value)

    def is_found_by_index(self, state: TableState, values: list[Any]) -> bool:
        """Whether the table has an index that leads to what matches, without reading the rest."""
        return self.column is not None and state.finds(self.column)

    def is_wide(self, values: list[Any]) -> bool:
        """Whether nearly everything matches, so that nothing has to be found."""
        return False

    def absolute(self, text: str, value: Any) -> str:
        """The parameter's text that means the same whenever and wherever it is read."""
        return str(value.isoformat()) if isinstance(value, datetime) else text

    def shareable(self, text: str, value: Any) -> str:
        """The parameter's text that means the same to whoever is sent the address: not a time on the clock of who typed it.

        An age stays: it means the same to all who read it at the same moment.
        """
        typed = text.strip()
        is_local = isinstance(value, datetime) and not fields.AGE.fullmatch(typed) and not fields.ZONED.fullmatch(typed)
        return self.absolute(text, value) if is_local else text

    def is_in_force(self, text: str) -> bool:
        """Whether this value leaves anything out."""
        return True

    def words(self, text: str, value: Any) -> str:
        """One value as a person reads it."""
        return clock_text(value) if isinstance(value, datetime) else text


class NotesCondition(Condition):
    def is_found_by_index(self, state: TableState, values: list[Any]) -> bool:
        return state.finds_notes and all(values)


class QueueCondition(Condition):
    def words(self, text: str, value: Any) -> str:
        return queue_label("") if text == NO_QUEUE else text


class WeekdayHourCondition(Condition):
    def absolute(self, text: str, value: Any) -> str:
        return str(value)

    def shareable(self, text: str, value: Any) -> str:
        return text if "@" in text else self.absolute(text, value)

    def words(self, text: str, value: Any) -> str:
        return str(value.words)


class MaskedCondition(Condition):
    """Of a column that may have something to mask, which is then compared as everybody reads it.

    `condition` compares the column as it is in the table, for whom may see that, and because an index has it; `masked` as
    it is read.
    """

    def __init__(
        self, condition: Callable[[Any], Q], masked: Callable[[Any], Q], each: forms.Field, **said: Any
    ) -> None:
        super().__init__(condition, each, **said)
        self.masked = masked

    def one(self, value: Any, *, sees_all: bool) -> Q:
        if BEGINS in str(value):  # as everybody reads it, so also whom a link of a page leads here
            return self.masked(value)
        # What has no mask in it can only be found where nothing was masked.
        return self.condition(value) if sees_all else self.condition(value) & self.masked(value)


class PayloadCondition(MaskedCondition):
    def __init__(self, each: forms.Field, **said: Any) -> None:
        super().__init__(lambda match: match.condition(Raw), lambda match: match.condition(F), each, **said)

    def is_found_by_index(self, state: TableState, values: list[Any]) -> bool:
        return state.finds_payload


class NarrowingPayload(PayloadCondition):
    """Repeated conditions on the payload are AND-ed: each narrows further."""

    joined_by = "and"
    most = 16


class SearchCondition(Condition):
    """The search; no condition of its own. What its words mean depends on `q_by`, so the filter set asks the mode's module."""

    field_class = fields.SearchTexts

    def of(self, values: list[Any], *, sees_all: bool) -> Q:
        return Q()


class SearchMode(Condition):
    """How `q` is meant; no condition of its own."""

    def is_in_force(self, text: str) -> bool:
        return text == search.WORDS

    def words(self, text: str, value: Any) -> str:
        return search.MODES[text]

    def of(self, values: list[Any], *, sees_all: bool) -> Q:
        return Q()

    def is_wide(self, values: list[Any]) -> bool:
        return True


def exactly(name: str, each: forms.Field | None = None, *, label: str, **options: Any) -> Condition:
    """The model's field `name` has the value."""
    options.setdefault("column", name)
    return Condition(
        lambda value: Q(**{name: value}), each or fields.Text(), label=label, says=f"{label} is", **options
    )


def at_least(column: str, *, label: str, **options: Any) -> Condition:
    return Condition(lambda value: Q(**{f"{column}__gte": value}), fields.Number(), label=label, **options)


def at_most(column: str, *, label: str, **options: Any) -> Condition:
    return Condition(lambda value: Q(**{f"{column}__lte": value}), fields.Number(), label=label, **options)


def has_key(key: str) -> Q:
    return Q(Exact(Raw("job_key"), key))


def has_masked_key(key: str) -> Q:
    return Q(job_key=key)


def in_queue(name: str) -> Q:
    return Q(queue_name="" if name == NO_QUEUE else name)


def has_notes(yes: bool) -> Q:
    # As they are in the table: an index has that, and a mask is never empty.
    none = Q(IsNull(Raw("notes"), True)) | Q(Exact(Raw("notes"), ""))
    return ~none if yes else none


def extra_column(column: TableColumn) -> Condition:
    """The filter by an extra column."""
    return MaskedCondition(
        lambda text: Q(ExtraColumnEquals(column.name, column.type_name, text)),
        lambda text: Q(ReadsAs(column, text)),
        fields.ExtraValue(column),
        label=column.name,
        says=f"{column.name} is",
        column=column.name,
    )
