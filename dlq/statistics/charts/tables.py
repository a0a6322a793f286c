"""Tables by task, queue and so on, whose bars are the chart of the largest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dlq.statistics.charts import wording
from dlq.statistics.charts.links import Links
from dlq.statistics.counting import Tally, WindowCounts
from dlq.statistics.dimension import Dimension
from dlq.statistics.dimensions import DIMENSIONS
from dlq.statistics.requeue_rates import NONE, RequeueTally, WindowRecovery


@dataclass(frozen=True)
class TableRow:
    tally: Tally
    requeues: RequeueTally
    link: str
    bar: str
    """The length of its bar, in per cent of the largest."""
    share: str
    average: str
    requeued_link: str
    recovered: str
    recovered_title: str
    trend: str


@dataclass(frozen=True)
class Table:
    dimension: Dimension
    rows: list[TableRow]
    number: int
    """How many values there are in all."""
    named: int
    """How many of the rows stand for one."""

    @property
    def name(self) -> str:
        return self.dimension.name

    @property
    def is_cut(self) -> bool:
        return self.number > self.named


def tables(counted: WindowCounts, ended: WindowRecovery, links: Links) -> Iterator[Table]:
    """What the chart stacks comes first."""
    for dimension in sorted(DIMENSIONS, key=lambda one: one is not counted.stacked):
        values = counted.values[dimension.name]
        most = values.lines[0].entries if values.lines else 0
        by_value = ended.by_value[dimension.name]
        rows = [
            _row(dimension, tally, by_value.get(tally.value, NONE), counted.total.entries, most, links)
            for tally in values.lines
        ]
        yield Table(dimension, rows, values.number, len(values.named))


def _row(dimension: Dimension, tally: Tally, requeues: RequeueTally, total: int, most: int, links: Links) -> TableRow:
    narrowed = dimension.narrowed(tally.value)
    return TableRow(
        tally=tally,
        requeues=requeues,
        link=links.entries(narrowed) if narrowed else "",
        bar=f"{100 * tally.entries / most:.2f}%",
        share=wording.percent(tally.entries, total),
        average=f"{tally.average_failures:.1f}",
        requeued_link=links.entries({**narrowed, "requeued": "yes"}) if narrowed and tally.requeued else "",
        recovered=wording.percent(requeues.now.recovered, requeues.now.settled),
        recovered_title=f"{requeues.now.recovered:,} of {requeues.now.settled:,}" if requeues.now.settled else "",
        trend=wording.change(tally.entries, tally.entries_previous),
    )
