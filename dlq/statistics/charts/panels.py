"""All live panels of the statistics page, from one pass over the entries."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils.timezone import get_current_timezone

from dlq.db.statements import database_now
from dlq.selection.scan_places import admit_scan
from dlq.statistics.annotations import annotations_in
from dlq.statistics.by_pattern import PATTERN
from dlq.statistics.charts.heatmap import heatmap
from dlq.statistics.charts.links import Links
from dlq.statistics.charts.stacked_bars import stacked_bars
from dlq.statistics.charts.tables import tables
from dlq.statistics.charts.tiles import tiles
from dlq.statistics.counting import WindowCounts, count_window
from dlq.statistics.outside import MOST, outside
from dlq.statistics.requeue_rates import recovery
from dlq.statistics.statistics_query import StatisticsQuery

MOST_ROWS = 10
"""Of a table on the page; the CSV has all."""
MORE_THAN, WITHIN = 5, timedelta(hours=24)
"""Failures, and since when: what failed again and again of late, which the library's guide tells to look at first."""


def counted_for(query: StatisticsQuery, *, most: int = MOST_ROWS) -> WindowCounts:
    """Raises Busy where the filter is one that has to look at many, and as many do so already as may."""
    admit_scan(query.untimed)
    slots = query.window.slots(get_current_timezone())
    return count_window(query.entries, query.window, slots, query.stacked, most=most)


def panels(query: StatisticsQuery, links: Links, *, with_operations: bool) -> dict[str, Any]:
    """What the page's template shows, by name."""
    counted = counted_for(query)
    ended = recovery(query.of_requeues, query.window)
    annotations = annotations_in(query.window) if with_operations else []
    return {
        "counted": counted,
        "tiles": list(tiles(counted, ended, links)),
        "chart": stacked_bars(counted, annotations, links),
        "annotations": annotations,
        "tables": list(tables(counted, ended, links)),
        "ended": ended,
        "heatmap": heatmap(counted, links) if query.window.has_heat and counted.total.entries else None,
        "repeated": _repeated(query, links),
        "ungrouped": _ungrouped(counted, links),
        "outside": _outside(query, links),
        "most_outside": MOST,
    }


def _outside(query: StatisticsQuery, links: Links) -> list[tuple[str, int, str]]:
    """What no window has: in words, the number (up to a limit), and the list of them."""
    found = outside(query.entries, database_now())
    return [(words, count, links.timed(times)) for words, count, times in found]


def _ungrouped(counted: WindowCounts, links: Links) -> dict[str, Any]:
    """What the numbers by pattern leave out."""
    line = counted.values[PATTERN.name].left_out
    return {"count": line.entries, "link": links.value(PATTERN, line.value)} if line else {}


def _repeated(query: StatisticsQuery, links: Links) -> dict[str, Any]:
    """The ready view of entries that failed again and again, with its number."""
    now = database_now()
    since = now - WITHIN
    repeated = query.entries.filter(failed_at__gte=since, failed_at__lte=now, failure_count__gt=MORE_THAN)
    link = links.failed(since, now, {"failure_count_min": str(MORE_THAN + 1)})
    return {"count": repeated.count(), "more_than": MORE_THAN, "link": link}
