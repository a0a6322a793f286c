"""How one value of a filter parameter is read. Each field turns text into a value, or says in one sentence why not."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import DataError
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.timezone import get_current_timezone, is_naive, localtime

from dlq.db.bigint import BIGGEST_ID, LEAST_ID
from dlq.db.database import atomic
from dlq.db.far_moments import FarMoment, moment_of
from dlq.db.statements import database_now, scalar
from dlq.filters.payload import PayloadMatch
from dlq.filters.searching.search import MOST_WORDS, different_words
from dlq.table.columns import TableColumn
from dlq.web import typed_times
from dlq.web.typed_times import EXAMPLES, TwoMeanings

FAR = re.compile(
    r"[+-]?infinity|(?P<day>[0-9]{5,6}-[0-9]{2}-[0-9]{2}|[0-9]{4}-[0-9]{2}-[0-9]{2}(?=.* BC))(?P<clock>[ T][0-9:.+-]{4,30})?"
    r"(?: (?P<bc>BC))?"
)
"""Times of PostgreSQL's calendar that Python's lacks."""
AGE = re.compile(r"(\d{1,9})\s*([mhdw])(?:\s+ago)?")
ZONED = re.compile(
    r".*[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+ -]\d\d:?\d\d(?::\d\d)?)|[+-]?infinity|.* BC", re.IGNORECASE
)
"""A time that means the same on every clock."""
LONGEST = 2_000
"""Characters of a value."""
UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


class RepeatedValues(forms.Field):
    """A parameter that may be given several times. Empty values are what an untouched form sends, so they count as none."""

    widget = forms.MultipleHiddenInput
    """Of all values of the parameter. The page draws the inputs itself (filters/filter_field.html)."""

    def __init__(self, each: forms.Field, most: int, **options: Any) -> None:
        super().__init__(**options)
        self.each = each
        self.most = most

    def clean(self, value: list[str] | None) -> list[Any]:
        texts = [text for text in value or [] if text.strip()]
        # Looked at before any is read, for which the database may be asked.
        if len(texts) > self.most:
            raise ValidationError(f"Give at most {self.most} values, these are {len(texts):,}.")
        if (longest := max(map(len, texts), default=0)) > LONGEST:
            raise ValidationError(f"Give at most {LONGEST:,} characters a value, this has {longest:,}.")
        return [self.each.clean(text) for text in texts]


class SearchTexts(RepeatedValues):
    """The texts of the search, which together may have so many words."""

    def clean(self, value: list[str] | None) -> list[Any]:
        texts = super().clean(value)
        if (words := different_words(texts)) > MOST_WORDS:
            raise ValidationError(
                f"Give at most {MOST_WORDS} different words, these are {words}. A “phrase in quotes” counts as one."
            )
        return texts


class Text(forms.CharField):
    """Plain text; a NUL character, which PostgreSQL can't store, is refused by Django's validator."""

    def __init__(self, **options: Any) -> None:
        super().__init__(strip=False, **options)


class SearchText(Text):
    """One text of a search, of a page that has one."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=LONGEST, **options)

    def clean(self, value: Any) -> str:
        text = str(super().clean(value))
        SearchTexts(Text(), most=1, required=False).clean([text])
        return text


class Number(forms.IntegerField):
    """A whole number that a bigint column can be compared with."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            min_value=LEAST_ID, max_value=BIGGEST_ID, error_messages={"invalid": "Write a whole number."}, **options
        )


class OneOf(forms.ChoiceField):
    """One of a few words, given with their meaning. `initial` is the one that leaves nothing out."""

    def __init__(self, words: Mapping[str, str], **options: Any) -> None:
        problem = f"Write one of: {', '.join(words)}."
        super().__init__(choices=list(words.items()), error_messages={"invalid_choice": problem}, **options)


class YesNo(forms.ChoiceField):
    def __init__(self, **options: Any) -> None:
        choices = (("yes", "yes"), ("no", "no"))
        super().__init__(choices=choices, error_messages={"invalid_choice": "Write yes or no."}, **options)

    def clean(self, value: Any) -> bool:
        return str(super().clean(value)) == "yes"


def choices_of(field: forms.Field) -> list[tuple[str, str]]:
    """What a form offers to choose from, value and words; empty for a field that takes any text."""
    if not isinstance(field, OneOf | YesNo):
        return []
    offered = [(str(value), str(words)) for value, words in field.widget.choices]
    return offered if field.initial else [("", "either"), *offered]


class Moment(forms.Field):
    """A date, a time or an age ("24h"), as the aware time that bounds it; a date as upper bound includes the whole day."""

    def __init__(self, *, end_of_day: bool, **options: Any) -> None:
        super().__init__(**options)
        self.end_of_day = end_of_day

    def clean(self, value: Any) -> datetime:
        text = str(value).strip()
        try:
            return self._age(text) or self._far(text) or moment_of(self._time(text))
        except TwoMeanings as both:
            raise ValidationError(str(both)) from None
        except (ValueError, OverflowError, DataError):
            raise ValidationError("“%(text)s” is no date or time that exists.", params={"text": text}) from None

    def box(self, text: str) -> str:
        """What the form shows of such a text: an absolute time as its viewer types it, the rest as it is."""
        try:
            moment = self.clean(text)
        except ValidationError:
            return text
        if isinstance(moment, FarMoment) or not ZONED.fullmatch(text.strip()):
            return text
        shown = typed_times.written(localtime(moment), is_last=self.end_of_day)
        try:
            return shown if shown and self.clean(shown) == moment else text
        except ValidationError:
            return text

    def _age(self, text: str) -> datetime | None:
        if not (match := AGE.fullmatch(text)):
            return None
        return database_now() - timedelta(**{UNITS[match[2]]: int(match[1])})

    def _far(self, text: str) -> datetime | None:
        """Infinity, a year before 1 or after 9999: as the list prints them, read by PostgreSQL (without an offset in UTC)."""
        if not (match := FAR.fullmatch(text)):
            return None
        if match["day"]:
            clock = match["clock"] or (" 23:59:59.999999" if self.end_of_day else " 00:00")
            text = f"{match['day']}{clock} {match['bc'] or ''}"
        with atomic():
            moment: datetime = scalar("SELECT CAST(%(text)s AS timestamptz)", {"text": text})
        return moment

    def _time(self, text: str) -> datetime:
        # The "+" of an offset that a link did not escape arrives as a space.
        text = re.sub(r"(T\d\d:\d\d\S*) (\d\d:?\d\d)$", r"\1+\2", text)
        moment = parse_datetime(text) if len(text) > len("2026-01-01") else None
        if moment is None and (day := parse_date(text)):
            moment = datetime.combine(day, time.max if self.end_of_day else time.min)
        if moment is None and (span := typed_times.read(text, localtime())):
            moment = span[1] if self.end_of_day else span[0]
        if moment is None:
            raise ValidationError(
                "“%(text)s” is no time: write %(examples)s.", params={"text": text, "examples": EXAMPLES}
            )
        return typed_times.localized(moment, get_current_timezone(), text) if is_naive(moment) else moment


class PayloadField(forms.Field):
    """A condition on the payload. With `before`, a path and its "=", the value of that path alone."""

    def __init__(self, *, before: str = "") -> None:
        super().__init__()
        self.before = before

    def clean(self, value: Any) -> PayloadMatch:
        return PayloadMatch.parse(f"{self.before}{value}")


class ExtraValue(forms.Field):
    """A value of an extra column, checked by PostgreSQL itself against the column's type."""

    def __init__(self, column: TableColumn, **options: Any) -> None:
        super().__init__(**options)
        self.column = column

    def clean(self, value: Any) -> str:
        text = str(value)
        try:
            with atomic():
                scalar(f"SELECT CAST(%(text)s AS {self.column.type_name.replace('%', '%%')}) IS NULL", {"text": text})
        except (DataError, ValueError):  # psycopg itself refuses a NUL
            raise ValidationError(
                "“%(text)s” is no value of %(column)s, which is of type %(type)s.",
                params={"text": text, "column": self.column.name, "type": self.column.type_name},
            ) from None
        return text
