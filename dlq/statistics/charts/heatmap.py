"""Failures by weekday and hour of the viewer's clock."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, sqrt

from django.utils.timezone import get_current_timezone

from dlq.filters.weekday_hour import WEEKDAYS, WeekdayHour
from dlq.statistics.charts.links import Links
from dlq.statistics.counting import WindowCounts

HOURS = 24
LEVELS = 5
"""Shades; level 0 is none."""
LEFT, ROW, TOP = 8, 24, 20
"""Per cent kept for the weekdays' names; pixels of a row and above the first."""


@dataclass(frozen=True)
class HeatmapCell:
    hour: int
    x: str
    count: int
    level: int
    words: str
    link: str


@dataclass(frozen=True)
class HeatmapRow:
    weekday: str
    y: int
    cells: list[HeatmapCell]


@dataclass(frozen=True)
class Heatmap:
    rows: list[HeatmapRow]
    hours: list[tuple[str, str]]
    summary: str

    width = f"{(100 - LEFT) / HOURS:.3f}%"
    row_height = ROW
    full_height = TOP + 7 * ROW


def heatmap(counted: WindowCounts, links: Links) -> Heatmap:
    zone = get_current_timezone()
    sums = [[0] * HOURS for _day in WEEKDAYS]
    for slot, numbers in zip(counted.slots, counted.by_slot, strict=True):
        local = slot.start.astimezone(zone)
        sums[local.weekday()][local.hour] += sum(numbers)
    most = max(map(max, sums))

    def cell(weekday: int, hour: int) -> HeatmapCell:
        count = sums[weekday][hour]
        place = WeekdayHour(weekday, hour, zone)
        return HeatmapCell(
            hour,
            _x(hour),
            count,
            _level(count, most),
            f"{count:,} · {WEEKDAYS[weekday]} {hour:02}–{hour + 1:02} h",
            links.entries({"weekday_hour": str(place)}) if count else "",
        )

    rows = [
        HeatmapRow(day, TOP + weekday * ROW, [cell(weekday, hour) for hour in range(HOURS)])
        for weekday, day in enumerate(WEEKDAYS)
    ]
    hours = [(_x(hour), f"{hour:02}") for hour in range(0, HOURS, 3)]
    return Heatmap(rows, hours, _summary(rows))


def _level(count: int, most: int) -> int:
    """By the square root: an outage must not make all other hours look alike."""
    return ceil(LEVELS * sqrt(count / most)) if count else 0


def _x(hour: int) -> str:
    return f"{LEFT + hour * (100 - LEFT) / HOURS:.3f}%"


def _summary(rows: list[HeatmapRow]) -> str:
    weekday, busiest = max(((row.weekday, cell) for row in rows for cell in row.cells), key=lambda pair: pair[1].count)
    if not busiest.count:
        return "Nothing failed in this time."
    days = max(rows, key=lambda row: sum(cell.count for cell in row.cells))
    total = sum(cell.count for cell in days.cells)
    return (
        f"Most in one hour of the week: {busiest.count:,}, {weekday} {busiest.hour:02}–{busiest.hour + 1:02} h."
        f" The day with the most: {days.weekday} ({total:,})."
    )
