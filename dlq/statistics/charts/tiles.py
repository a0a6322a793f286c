"""The headline numbers: each with what it counts and how it was in the previous period."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from dlq.statistics.by_pattern import PATTERN
from dlq.statistics.charts import wording
from dlq.statistics.charts.links import EVERYTHING, Links
from dlq.statistics.counting import WindowCounts
from dlq.statistics.dimensions import DIMENSIONS
from dlq.statistics.requeue_rates import WindowRecovery
from dlq.statistics.window import Slot


@dataclass(frozen=True)
class Tile:
    """`number` or `moment` is what stands large; without a `link` nothing is to be listed."""

    number: str
    label: str
    detail: str
    link: str = ""
    moment: datetime | None = None


def tiles(counted: WindowCounts, ended: WindowRecovery, links: Links) -> Iterator[Tile]:
    total, outcome = counted.total, ended.total
    yield Tile(
        f"{total.entries:,}",
        f"failed job{'' if total.entries == 1 else 's'}",
        f"{wording.change(total.entries, total.entries_previous)}, {total.entries_previous:,} in the previous period",
        links.entries(),
    )
    yield Tile(
        f"{total.requeued:,}",
        "of them requeued",
        f"{wording.percent(total.requeued, total.entries)};"
        f" in the previous period {wording.percent(total.requeued_previous, total.entries_previous)}",
        links.entries({"requeued": "yes"}) if total.requeued else "",
    )
    previous = wording.percent(outcome.previous.recovered, outcome.previous.settled)
    settled = outcome.now.settled
    known = f"{outcome.now.recovered:,} of {settled:,} whose end is known" if settled else "no end is known yet"
    if outcome.now.besides:
        known += f" (besides: {outcome.now.besides})"
    yield Tile(
        wording.percent(outcome.now.recovered, settled),
        "of requeues recovered",
        f"{known}; in the previous period {previous}",
    )
    yield _moment("oldest not yet requeued", total.oldest_waiting, links, {"requeued": "no"})
    yield _moment("newest", total.newest, links)
    yield _distinct(counted)
    yield _patterns(counted)


def _moment(label: str, moment: datetime | None, links: Links, narrowed: Mapping[str, str] = EVERYTHING) -> Tile:
    if moment is None:
        return Tile("–", label, "none in this time")
    return Tile("", label, "", links.entries(narrowed, Slot(moment, moment)), moment)


def _distinct(counted: WindowCounts) -> Tile:
    """How many tasks and queues there are in it. Priorities are left out: nobody counts them; patterns have a tile."""
    named = [dimension for dimension in DIMENSIONS if dimension.is_counted]
    numbers = [(one, counted.values[one.name]) for one in named]
    first, *others = [
        f"{values.number:,} {one.plural if values.number != 1 else one.label.lower()}" for one, values in numbers
    ]
    number, label = first.split(" ", 1)
    previous = ", ".join(f"{values.number_previous:,} {one.plural}" for one, values in numbers)
    return Tile(number, " · ".join([label, *others]), f"in the previous period {previous}")


def _patterns(counted: WindowCounts) -> Tile:
    """How many causes there were."""
    values = counted.values[PATTERN.name]
    new = f"{values.new:,} of them for the first time; " if values.number else ""
    return Tile(
        f"{values.number:,}",
        f"failure pattern{'' if values.number == 1 else 's'}",
        f"{new}in the previous period {values.number_previous:,}",
        "#by-pattern" if values.number else "",
    )
