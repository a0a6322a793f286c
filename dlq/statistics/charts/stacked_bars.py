"""Failures over time as stacked bars, with the operations of people marked on the same axis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.timezone import get_current_timezone

from dlq.statistics.annotations import Annotation
from dlq.statistics.charts import wording
from dlq.statistics.charts.axis import Axis, Tick, scale, ticks
from dlq.statistics.charts.colours import NEUTRAL, Look, looks
from dlq.statistics.charts.links import Links
from dlq.statistics.counting import OTHERS, DimensionCounts, Tally, WindowCounts
from dlq.statistics.window import Slot

TOP, HEIGHT = 40, 200
"""Pixels: above the bars is room for what is pointed at and for the annotations."""
FEWEST_PIXELS = 1.0
FILLED = 0.92
"""The part of its time that a bar is wide; the rest is the gap to the next one."""


@dataclass(frozen=True)
class Segment:
    """A part of a bar: horizontally in per cent, vertically in pixels, so that the chart is as wide as the page."""

    look: Look
    count: int
    y: str
    height: str
    words: str
    link: str


@dataclass(frozen=True)
class Bar:
    period: str
    slot: Slot
    x: str
    width: str
    total: int
    words: str
    link: str
    segments: list[Segment]
    counts: list[tuple[int, str]]
    """For the table: of each series its number and link."""


@dataclass(frozen=True)
class Series:
    index: int
    look: Look
    label: str
    count: int
    link: str


@dataclass(frozen=True)
class StackedBars:
    series: list[Series]
    bars: list[Bar]
    ticks: list[Tick]
    levels: list[Tick]
    annotations: list[tuple[str, Annotation]]
    """Each with its place."""
    summary: str

    top = TOP
    bottom = TOP + HEIGHT
    label_y = TOP + HEIGHT + 16
    full_height = TOP + HEIGHT + 22


def stacked_bars(counted: WindowCounts, annotations: Sequence[Annotation], links: Links) -> StackedBars:
    series = _series(counted, links)
    bars_of_slots = list(counted.window.bars(counted.slots, get_current_timezone()))
    sums = [
        [sum(counted.by_slot[number][index] for number in numbers) for index in range(OTHERS + 1)]
        for numbers in bars_of_slots
    ]
    spans = [Slot(counted.slots[numbers[0]].start, counted.slots[numbers[-1]].last) for numbers in bars_of_slots]
    highest, levels = scale(max(map(sum, sums)), TOP, HEIGHT)
    axis = Axis(counted.window)
    bars = [_bar(span, counts, series, counted, highest, axis, links) for span, counts in zip(spans, sums, strict=True)]
    placed = [(axis.x(one.at), one) for one in annotations]
    return StackedBars(series, bars, ticks(spans, axis), levels, placed, _summary(bars, counted))


def _series(counted: WindowCounts, links: Links) -> list[Series]:
    values = counted.values[counted.stacked.name]
    shown = values.lines[:OTHERS]
    by_value = looks(line.value for line in shown)
    named = [
        Series(index, by_value[line.value], line.label, line.entries, links.value(counted.stacked, line.value))
        for index, line in enumerate(shown)
    ]
    rest = counted.total.entries - sum(one.count for one in named)
    if rest:
        named.append(Series(OTHERS, NEUTRAL, _others(values, shown), rest, ""))
    return named


def _others(values: DimensionCounts, shown: Sequence[Tally]) -> str:
    number = values.number - sum(line != values.left_out for line in shown)
    parts = [f"{number:,} other{'' if number == 1 else 's'}"] if number else []
    if values.left_out and values.left_out not in shown:
        parts.append(values.left_out.label)
    return " and ".join(parts)


def _bar(
    span: Slot,
    counts: list[int],
    series: list[Series],
    counted: WindowCounts,
    highest: int,
    axis: Axis,
    links: Links,
) -> Bar:
    period, total = wording.period(span), sum(counts)
    lines = counted.values[counted.stacked.name].lines
    segments: list[Segment] = []
    cells: list[tuple[int, str]] = []
    bottom = float(TOP + HEIGHT)
    for one in series:
        count = counts[one.index]
        link = links.value(counted.stacked, lines[one.index].value, span) if one.index != OTHERS and count else ""
        cells.append((count, link))
        if count:
            height = max(HEIGHT * count / highest, FEWEST_PIXELS)
            bottom -= height
            what = f"{count:,} · {one.label} · {period}"
            segments.append(Segment(one.look, count, f"{bottom:.2f}", f"{height:.2f}", what, link))
    parts = ", ".join(f"{one.label} {counts[one.index]:,}" for one in series if counts[one.index])
    return Bar(
        period,
        span,
        axis.x(span.start),
        f"{FILLED * (axis.share(span.last) - axis.share(span.start)):.3f}%",
        total,
        f"{total:,} · {period}" + (f" · {parts}" if parts else ""),
        links.entries(slot=span),
        segments,
        cells,
    )


def _summary(bars: list[Bar], counted: WindowCounts) -> str:
    """For those who do not see the chart, and those who do not look long."""
    if not counted.total.entries:
        return "Nothing failed in this time."
    most = max(bars, key=lambda bar: bar.total)
    empty = sum(not bar.total for bar in bars)
    width = counted.window.bucket_width.name
    sentence = f"Most in one bar of {width if width[0].isdigit() else f'a {width}'}: {most.total:,}, {most.period}."
    return sentence + (f" Without any: {empty} of {len(bars)} bars." if empty else "")
