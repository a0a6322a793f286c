"""The statistics page: what failed in a window of time, live, and the stored numbers of the whole table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponse

from dlq.conf import conf
from dlq.db.limits import in_time
from dlq.db.statements import database_now
from dlq.models import BackfillDlq
from dlq.monitoring.totals_panel import totals_context
from dlq.statistics.charts import csv_tables
from dlq.statistics.charts.heatmap import heatmap
from dlq.statistics.charts.links import Links
from dlq.statistics.charts.panels import counted_for, panels
from dlq.statistics.charts.stacked_bars import stacked_bars
from dlq.statistics.charts.tables import tables
from dlq.statistics.dimensions import DIMENSIONS
from dlq.statistics.requeue_rates import recovery
from dlq.statistics.statistics_query import OWN, TIMES, StatisticsQuery
from dlq.statistics.window import LENGTHS
from dlq.web.decorators import framed
from dlq.web.permissions import VIEW_OPERATIONS, sees_masked

MOST_EXPORTED = 1_000_000


def show(model_admin: ModelAdmin[BackfillDlq], request: HttpRequest) -> HttpResponse:
    query = StatisticsQuery.of(request.GET, database_now(), sees_all=sees_masked(request.user))
    links = Links(query)
    shown: dict[str, Any] = {}
    countable = not query.problems and not query.window.is_empty
    if countable and (wanted := request.GET.get("table")):
        return _download(query, links, wanted)
    may_see_operations = request.user.has_perm(VIEW_OPERATIONS)
    if countable:
        shown = in_time(conf.STATEMENT_TIMEOUT, lambda: panels(query, links, with_operations=may_see_operations)) or {}
    context = {
        "title": "Statistics",
        "filterset": query.filterset,
        "query": query,
        "windows": list(_windows(query, links)),
        "stackings": [(one, links.page(by=one.name), one is query.stacked) for one in DIMENSIONS],
        "csv": links.page(table=""),
        "too_slow": countable and not shown,
        "seconds": conf.STATEMENT_TIMEOUT,
        "totals": totals_context(),
        **shown,
    }
    return framed(model_admin, request, "dlq/statistics/statistics.html", context)


def _windows(query: StatisticsQuery, links: Links) -> Iterator[tuple[str, str, bool]]:
    for name, (label, _length) in LENGTHS.items():
        yield label, links.page(without=TIMES, window=name), name == query.window_name
    if query.window_name == OWN:
        yield "The filter’s times", links.page(), True


def _download(query: StatisticsQuery, links: Links, wanted: str) -> HttpResponse:
    """The table of one panel as CSV."""
    counted = counted_for(query, most=MOST_EXPORTED)
    if wanted == "time":
        return csv_tables.response(csv_tables.over_time(stacked_bars(counted, [], links)), wanted)
    if wanted == "hour" and query.window.has_heat:
        return csv_tables.response(csv_tables.by_hour_of_the_week(heatmap(counted, links)), wanted)
    for table in tables(counted, recovery(query.of_requeues, query.window), links):
        if table.name == wanted:
            return csv_tables.response(csv_tables.by_value(table), wanted)
    return HttpResponse(f"There is no table {wanted!r}.", status=404, content_type="text/plain")
