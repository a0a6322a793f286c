"""The window of time that the statistics are about: one of the offered lengths, or the filter's own times."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import groupby, pairwise

from dlq.statistics.buckets import HOUR, BucketWidth, bucket_edges, bucket_width_for

LENGTHS = {
    "1h": ("Last hour", timedelta(hours=1)),
    "24h": ("Last 24 hours", timedelta(hours=24)),
    "7d": ("Last 7 days", timedelta(days=7)),
    "30d": ("Last 30 days", timedelta(days=30)),
}
DEFAULT = "7d"
MOST_BARS = 40
"""Bars that can still be told apart and hit on a phone."""
HEAT_SHORTEST, HEAT_LONGEST = timedelta(days=2), timedelta(days=62)
"""A shorter window says nothing about weekdays; a longer one has too many hours to count apart."""
INSTANT = timedelta(microseconds=1)
"""The resolution of failed_at."""
EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
LONGEST = timedelta(days=40 * 365)
"""No job failed before there were computers, and no chart has bars for more years."""


@dataclass(frozen=True)
class Slot:
    """A span of time, counted apart: from its start up to its last instant, both included."""

    start: datetime
    last: datetime


@dataclass(frozen=True)
class Window:
    """From start to end, both included."""

    start: datetime
    end: datetime

    @classmethod
    def ending(cls, end: datetime, length: timedelta) -> Window:
        return cls(end - length, end)

    @classmethod
    def own(cls, start: datetime, end: datetime) -> Window:
        """The filter's times, cut where no entry can be any more. `is_empty` where they contradict."""
        end = max(end, EARLIEST)
        return cls(max(start, end - LONGEST, EARLIEST), end)

    @property
    def length(self) -> timedelta:
        return self.end - self.start

    @property
    def is_empty(self) -> bool:
        return self.start > self.end

    @property
    def previous_start(self) -> datetime:
        """The start of the previous period, which is as long and ends where this window starts."""
        return self.start - self.length

    @property
    def bucket_width(self) -> BucketWidth:
        return bucket_width_for(self.length, MOST_BARS)

    @property
    def has_heat(self) -> bool:
        return HEAT_SHORTEST <= self.length <= HEAT_LONGEST

    def slots(self, zone: tzinfo) -> list[Slot]:
        """The finest spans that some panel needs: hours of the zone for the heat map, else the bars."""
        width = min(self.bucket_width, HOUR, key=lambda width: width.length) if self.has_heat else self.bucket_width
        after = self.end + INSTANT
        edges = [self.start, *bucket_edges(width, self.start, after, zone), after]
        return [Slot(start, following - INSTANT) for start, following in pairwise(edges)]

    def bars(self, slots: list[Slot], zone: tzinfo) -> Iterator[range]:
        """The slots of each bar, by number."""

        def bar(number: int) -> datetime:
            return self.bucket_width.floor(slots[number].start.astimezone(zone).replace(tzinfo=None))

        for _begin, numbers in groupby(range(len(slots)), key=bar):
            together = list(numbers)
            yield range(together[0], together[-1] + 1)
