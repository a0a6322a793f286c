"""The axes of a chart over time: where a moment is, what stands under the bars, the lines across."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.formats import date_format
from django.utils.timezone import localtime

from dlq.statistics.buckets import DAY
from dlq.statistics.window import Slot, Window

MOST_TICKS = 8
LAST_TICK = 95
"""Per cent of the width behind which a label would be cut."""
ROUND_MINUTES = (5, 10, 30, 60, 120, 180, 360, 720)


@dataclass(frozen=True)
class Tick:
    at: str
    label: str
    minor: bool = False
    """Left out on a narrow screen."""


class Axis:
    def __init__(self, window: Window) -> None:
        self.window = window
        self.start, self.length = window.start, window.length.total_seconds() or 1.0

    def share(self, moment: datetime) -> float:
        return 100 * (moment - self.start).total_seconds() / self.length

    def x(self, moment: datetime) -> str:
        return f"{self.share(moment):.3f}%"


def scale(most: int, top: int, height: int) -> tuple[int, list[Tick]]:
    """The number at the top, and two or three round numbers as lines across."""
    step = 1
    while most > 3 * step:
        step = step * 5 // 2 if str(step)[0] == "2" else step * 2
    highest = max(-(-most // step) * step, step)
    numbers = range(step, highest + 1, step)
    return highest, [Tick(f"{top + height - height * number / highest:.2f}", f"{number:,}") for number in numbers]


def ticks(spans: list[Slot], axis: Axis) -> list[Tick]:
    """Under the bars: round times within a day, else the days, so many that they do not touch."""
    length = axis.window.length
    if length < 2 * DAY:
        kind, chosen = "H:i", _round_times(spans)
    else:
        kind = "j M" if length < 400 * DAY else "M Y"
        whole = [span for span in spans[1:] if localtime(span.start).hour == 0] or spans
        chosen = whole[:: -(-len(whole) // MOST_TICKS)]
    return [
        Tick(axis.x(span.start), date_format(localtime(span.start), kind), minor=number % 2 == 1)
        for number, span in enumerate(span for span in chosen if axis.share(span.start) < LAST_TICK)
    ]


def _round_times(spans: list[Slot]) -> list[Slot]:
    for minutes in ROUND_MINUTES:
        chosen = [span for span in spans[1:] if _minutes(span.start) % minutes == 0]
        if len(chosen) <= MOST_TICKS:
            return chosen
    return []


def _minutes(moment: datetime) -> float:
    """Since midnight of the viewer's clock."""
    local = localtime(moment)
    return local.hour * 60 + local.minute + local.second / 60
