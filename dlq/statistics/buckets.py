"""Where hours, days, weeks and months begin on somebody's clock, as absolute times.

A bar of a chart or a cell of the heat map is an hour or a day of the viewer's, also where clocks change: a day then has
23 or 25 hours, and an hour that comes twice is two stretches of time with the same name.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import pairwise

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Step:
    """A length of time with beginnings on the clock: `minutes` of a day, or whole days, a week, a month, a year."""

    name: str
    length: timedelta
    """Of the shortest one, near enough to choose by."""

    def floor(self, wall: datetime) -> datetime:
        """The beginning on the clock (naive local time) of the step that has this time."""
        midnight = wall.replace(hour=0, minute=0, second=0, microsecond=0)
        match self.name:
            case "year":
                return midnight.replace(month=1, day=1)
            case "month":
                return midnight.replace(day=1)
            case "week":
                return midnight - timedelta(days=midnight.weekday())
        return midnight + (wall - midnight) // self.length * self.length

    def next(self, wall: datetime) -> datetime:
        """The beginning of the one after that which begins there."""
        match self.name:
            case "year":
                return wall.replace(year=wall.year + 1)
            case "month":
                return self.floor(wall + timedelta(days=31))
        return wall + self.length


HOUR = Step("hour", timedelta(hours=1))
STEPS = (
    *(Step(f"{count} minutes", count * MINUTE) for count in (1, 2, 5, 10, 30)),
    HOUR,
    *(Step(f"{count} hours", timedelta(hours=count)) for count in (2, 6)),
    Step("day", DAY),
    Step("week", 7 * DAY),
    Step("month", 28 * DAY),
    Step("year", 365 * DAY),
)


def step_for(length: timedelta, most: int) -> Step:
    """The shortest step of which at most so many fit in (the longest one if none does)."""
    return next((step for step in STEPS if length / step.length <= most), STEPS[-1])


def beginnings(step: Step, start: datetime, end: datetime, zone: tzinfo) -> list[datetime]:
    """The beginnings between two times, both excluded, in order; also each moment between them at which the clock jumps."""
    wall = step.floor(start.astimezone(zone).replace(tzinfo=None))
    last = end.astimezone(zone).replace(tzinfo=None) + DAY
    moments = {start, end}
    while wall <= last:
        # A wall time may come twice, and both times begin something; one that never comes is the moment of the jump.
        moments |= {wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)}
        wall = step.next(wall)
    within = sorted(moment for moment in moments if start <= moment <= end)
    jumps = {jump for before, after in pairwise(within) if (jump := _jump(before, after, zone))}
    return sorted({*within, *jumps} - {start, end})


def _jump(before: datetime, after: datetime, zone: tzinfo) -> datetime | None:
    """The moment strictly between the two at which the zone's offset changes, to the second."""

    def offset(moment: datetime) -> timedelta | None:
        return moment.astimezone(zone).utcoffset()

    low, high = before, after - timedelta(microseconds=1)
    if offset(low) == offset(high):
        return None
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        low, high = (middle, high) if offset(middle) == offset(low) else (low, middle)
    return high.replace(microsecond=0)
