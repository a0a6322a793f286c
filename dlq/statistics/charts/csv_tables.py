"""The tables of the charts as CSV: times in UTC, all values and not only the largest."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from datetime import UTC, datetime
from io import StringIO
from typing import Any

from django.http import HttpResponse

from dlq.statistics.charts.heatmap import Heatmap
from dlq.statistics.charts.stacked_bars import StackedBars
from dlq.statistics.charts.tables import Table
from dlq.web.spreadsheets import harmless


def by_value(table: Table) -> list[list[Any]]:
    title = ["title"] if table.dimension.has_titles else []
    head = [
        table.dimension.name, *title, "failed_jobs", "share", "average_failures", "newest_failure", "requeued",
        "recovered_requeues", "settled_requeues", "failed_jobs_in_the_previous_period",
    ]  # fmt: skip
    total = sum(row.tally.entries for row in table.rows) or 1
    return [head] + [
        [
            row.tally.value, *(row.tally.label for _once in title), row.tally.entries, f"{row.tally.entries / total:.4f}",
            f"{row.tally.average_failures:.2f}", row.tally.newest, row.tally.requeued,
            row.requeues.now.recovered, row.requeues.now.settled, row.tally.entries_previous,
        ]
        for row in table.rows
    ]  # fmt: skip


def over_time(chart: StackedBars) -> list[list[Any]]:
    head = ["from", "until", "failed_jobs", *(series.label for series in chart.series)]
    return [head] + [
        [bar.slot.start, bar.slot.last, bar.total, *(count for count, _link in bar.counts)] for bar in chart.bars
    ]


def by_hour_of_the_week(chart: Heatmap) -> list[list[Any]]:
    return [["weekday", "hour", "failed_jobs"]] + [
        [row.weekday, cell.hour, cell.count] for row in chart.rows for cell in row.cells
    ]


def response(rows: Iterable[list[Any]], name: str) -> HttpResponse:
    text = StringIO()
    csv.writer(text).writerows([_cell(value) for value in row] for row in rows)
    answer = HttpResponse(text.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="failed-jobs-by-{name}.csv"'
    return answer


def _cell(value: Any) -> Any:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else harmless(value)
