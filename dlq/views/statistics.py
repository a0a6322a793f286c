"""The statistics page: what failed in a window of time, live, and the stored numbers of the whole table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.timezone import get_current_timezone
from psycopg.errors import QueryCanceled

from dlq.conf import conf
from dlq.db import database_now, time_limit
from dlq.models import BackfillDlq
from dlq.services.statistics.counting import count
from dlq.services.statistics.dimensions import DIMENSIONS
from dlq.services.statistics.marks import operations_in
from dlq.services.statistics.recovery import recovery
from dlq.services.statistics.repeated import MORE_THAN, WITHIN, count_repeated
from dlq.services.statistics.window import LENGTHS
from dlq.views.charts import download
from dlq.views.charts.asked import OWN, TIMES, Asked
from dlq.views.charts.heatmap import heatmap
from dlq.views.charts.links import Links
from dlq.views.charts.tables import tables
from dlq.views.charts.tiles import tiles
from dlq.views.charts.timeline import timeline
from dlq.views.whole_table import whole_table

MOST_ROWS = 10
"""Of a table on the page; the CSV has all."""
MOST_EXPORTED = 1_000_000


def show(model_admin: ModelAdmin[BackfillDlq], request: HttpRequest) -> HttpResponse:
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    asked = Asked.of(request.GET, database_now())
    links = Links(asked)
    panels: dict[str, Any] = {}
    too_slow = False
    if not asked.problems and not asked.window.is_empty:
        try:
            with time_limit(conf.STATEMENT_TIMEOUT):
                if wanted := request.GET.get("table"):
                    return _download(asked, links, wanted)
                panels = _panels(asked, links, request)
        except OperationalError as error:
            if not isinstance(error.__cause__, QueryCanceled):
                raise
            too_slow = True
    context = {
        **model_admin.admin_site.each_context(request),
        "title": "Statistics",
        "opts": model_admin.opts,
        "filterset": asked.filterset,
        "asked": asked,
        "windows": list(_windows(asked, links)),
        "stackings": [(one, links.page(by=one.name), one is asked.stacked) for one in DIMENSIONS],
        "csv": links.page(table=""),
        "too_slow": too_slow,
        "seconds": conf.STATEMENT_TIMEOUT,
        "whole": whole_table(),
        **panels,
    }
    return TemplateResponse(request, "dlq/statistics.html", context)


def _panels(asked: Asked, links: Links, request: HttpRequest) -> dict[str, Any]:
    """All that is counted live, from one pass over the entries."""
    zone = get_current_timezone()
    counted = count(asked.entries, asked.window, asked.window.slots(zone), asked.stacked, most=MOST_ROWS)
    ended = recovery(asked.untimed, asked.window)
    may_see_operations = request.user.has_perm("dlq.view_bulkoperation")
    marks = operations_in(asked.window) if may_see_operations else []
    return {
        "counted": counted,
        "tiles": list(tiles(counted, ended, links)),
        "timeline": timeline(counted, marks, links),
        "marks": marks,
        "tables": list(tables(counted, ended, links)),
        "ended": ended,
        "heatmap": heatmap(counted, links) if asked.window.has_heat and counted.total.entries else None,
        "repeated": _repeated(asked, links),
    }


def _windows(asked: Asked, links: Links) -> Iterator[tuple[str, str, bool]]:
    for name, (label, _length) in LENGTHS.items():
        yield label, links.page(without=TIMES, window=name), name == asked.window_name
    if asked.window_name == OWN:
        yield "The filter’s times", links.page(), True


def _repeated(asked: Asked, links: Links) -> dict[str, Any]:
    """The ready view of entries that failed again and again, with its number."""
    now = database_now()
    link = links.failed(now - WITHIN, now, {"failure_count_min": str(MORE_THAN + 1)})
    return {"count": count_repeated(asked.entries, now), "more_than": MORE_THAN, "link": link}


def _download(asked: Asked, links: Links, wanted: str) -> HttpResponse:
    """The table of one panel as CSV."""
    counted = count(
        asked.entries, asked.window, asked.window.slots(get_current_timezone()), asked.stacked, most=MOST_EXPORTED
    )
    if wanted == "time":
        return download.response(download.over_time(timeline(counted, [], links)), wanted)
    if wanted == "hour" and asked.window.has_heat:
        return download.response(download.by_hour_of_the_week(heatmap(counted, links)), wanted)
    for table in tables(counted, recovery(asked.untimed, asked.window), links):
        if table.name == wanted:
            return download.response(download.by_value(table), wanted)
    return HttpResponse(f"There is no table {wanted!r}.", status=404, content_type="text/plain")
