"""The `weekday_hour` filter: `tue-09`, on Tuesdays from 9 to 10 on the viewer's clock, or on a zone's: `tue-09@Europe/Berlin`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import DataError
from django.db.models import BooleanField, Case, F, Q, When
from django.db.models.functions import ExtractHour, ExtractIsoWeekDay
from django.db.models.lookups import Exact
from django.utils.timezone import get_current_timezone

from dlq.db.database import atomic
from dlq.db.far_moments import EARLIEST, LATEST
from dlq.db.statements import scalar
from dlq.web.viewer_zone import zone_named

WEEKDAYS = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")
CLOCKS = (EARLIEST, LATEST)
CODES = tuple(day[:3].lower() for day in WEEKDAYS)


@dataclass(frozen=True)
class WeekdayHour:
    """An hour of the week; weekday 0 is Monday."""

    weekday: int
    hour: int
    zone: tzinfo

    def __str__(self) -> str:
        return f"{CODES[self.weekday]}-{self.hour:02}@{self.zone}"

    @property
    def words(self) -> str:
        return f"{WEEKDAYS[self.weekday]} {self.hour:02}–{self.hour + 1:02} h ({self.zone})"

    @property
    def condition(self) -> Q:
        """The Q over BackfillDlq."""
        weekday, hour = (extract(F("failed_at"), tzinfo=self.zone) for extract in (ExtractIsoWeekDay, ExtractHour))
        in_hour = When(Q(Exact(weekday, self.weekday + 1), Exact(hour, self.hour), failed_at__range=CLOCKS), then=True)
        # In a CASE, so that PostgreSQL asks no clock for a time that none shows.
        return Q(Case(in_hour, default=False, output_field=BooleanField()))


class WeekdayHourField(forms.Field):
    def clean(self, value: Any) -> WeekdayHour:
        match = re.fullmatch(rf"({'|'.join(CODES)})[- ]([01]?\d|2[0-3])(?:@(\S+))?", str(value).strip().lower())
        if match is None:
            raise ValidationError(
                "“%(text)s” is no hour of the week: write a day and an hour, as in tue-09.", params={"text": value}
            )
        # Names of zones have capitals.
        _day, at, zone = str(value).strip().partition("@")
        return WeekdayHour(CODES.index(match[1]), int(match[2]), _zone(zone) if at else get_current_timezone())


def _zone(name: str) -> tzinfo:
    """The zone that both Python and PostgreSQL know by this name."""
    zone = zone_named(name)
    if zone:
        try:
            with atomic():
                scalar("SELECT now() AT TIME ZONE %(name)s", {"name": name})
        except DataError:
            zone = None
    if zone is None:
        raise ValidationError("“%(name)s” is no time zone.", params={"name": name})
    return zone
