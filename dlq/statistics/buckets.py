"""Where hours, days, weeks and months begin on somebody's clock, as absolute times.

A bar of a chart or a cell of the heat map is an hour or a day of the viewer's, also where clocks change: a day then has
23 or 25 hours, and an hour that comes twice is two spans of time with the same name.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import pairwise

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class BucketWidth:
    """A length of time with edges on the clock: `minutes` of a day, or whole days, a week, a month, a year."""

    name: str
    length: timedelta
    """Of the shortest one, near enough to choose by."""

    def floor(self, wall: datetime) -> datetime:
        """The beginning on the clock (naive local time) of the bucket that has this time."""
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


HOUR = BucketWidth("hour", timedelta(hours=1))
BUCKET_WIDTHS = (
    *(BucketWidth(f"{count} minutes", count * MINUTE) for count in (1, 2, 5, 10, 30)),
    HOUR,
    *(BucketWidth(f"{count} hours", timedelta(hours=count)) for count in (2, 6)),
    BucketWidth("day", DAY),
    BucketWidth("week", 7 * DAY),
    BucketWidth("month", 28 * DAY),
    BucketWidth("year", 365 * DAY),
)


def bucket_width_for(length: timedelta, most: int) -> BucketWidth:
    """The shortest width of which at most so many fit in (the longest one if none does)."""
    return next((width for width in BUCKET_WIDTHS if length / width.length <= most), BUCKET_WIDTHS[-1])


def bucket_edges(width: BucketWidth, start: datetime, end: datetime, zone: tzinfo) -> list[datetime]:
    """The edges between two times, both excluded, in order; also each moment between them at which the clock jumps."""
    wall = width.floor(start.astimezone(zone).replace(tzinfo=None))
    last = end.astimezone(zone).replace(tzinfo=None) + DAY
    moments = {start, end}
    while wall <= last:
        # A wall time may come twice, and both times begin something; one that never comes is the moment of the jump.
        moments |= {wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)}
        wall = width.next(wall)
    within = sorted(moment for moment in moments if start <= moment <= end)
    jumps = {jump for earlier, later in pairwise(within) if (jump := _jump(earlier, later, zone))}
    return sorted({*within, *jumps} - {start, end})


def _jump(earlier: datetime, later: datetime, zone: tzinfo) -> datetime | None:
    """The moment strictly between the two at which the zone's offset changes, to the second."""

    def offset(moment: datetime) -> timedelta | None:
        return moment.astimezone(zone).utcoffset()

    low, high = earlier, later - timedelta(microseconds=1)
    if offset(low) == offset(high):
        return None
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        low, high = (middle, high) if offset(middle) == offset(low) else (low, middle)
    return high.replace(microsecond=0)
