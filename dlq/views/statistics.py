"""The statistics page: failures over the last hour, day and week, and the library's numbers of the whole table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.template.response import TemplateResponse
from psycopg.errors import QueryCanceled

from dlq.conf import conf
from dlq.db import database_now, time_limit
from dlq.display import queue_label
from dlq.filters import DlqFilterSet
from dlq.filters.conditions import NO_QUEUE
from dlq.models import BackfillDlq
from dlq.models.backfilldlq import TABLE
from dlq.services.stats import DlqStats, dlq_stats
from dlq.services.windows import WINDOWS, Row, count_windows

UNASKED_SECONDS = 1.0
"""How long the whole table may be counted without anybody asking for it."""
MOST_ROWS = 50
"""Tasks or queues in a table; the rest is far down and can be filtered for."""


@dataclass(frozen=True)
class Cell:
    count: int
    query: str


@dataclass(frozen=True)
class Line:
    """A row of a table: a task, a queue or all together, with a number and a link for each window."""

    label: str
    cells: list[Cell]
    query: str


def show(model_admin: ModelAdmin[BackfillDlq], request: HttpRequest) -> HttpResponse:
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    filterset = DlqFilterSet(request.GET, also_known=("count",))
    now = database_now()
    windows = count_windows(filterset.qs, now)
    links = _Links(filterset, now)
    tables = [
        (
            "Task",
            [links.line(row.name, row, task_identifier=row.name) for row in windows.by_task[:MOST_ROWS]],
            len(windows.by_task),
        ),
        (
            "Queue",
            [
                links.line(queue_label(row.name), row, queue_name=row.name or NO_QUEUE)
                for row in windows.by_queue[:MOST_ROWS]
            ],
            len(windows.by_queue),
        ),
    ]
    whole = _whole_table(conf.STATEMENT_TIMEOUT if "count" in request.GET else UNASKED_SECONDS)
    context = {
        **model_admin.admin_site.each_context(request),
        "title": "Statistics",
        "opts": model_admin.opts,
        "filterset": filterset,
        "now": now,
        "windows": [label for label, _length in WINDOWS],
        "total": links.line("All", Row("", windows.total)),
        "tables": tables,
        "most_rows": MOST_ROWS,
        "whole": whole,
        "breakdown": [(task, count, links.whole_task(task)) for task, count in whole.task_breakdown] if whole else [],
        "asked": "count" in request.GET,
    }
    return TemplateResponse(request, "dlq/statistics.html", context)


class _Links:
    """Links to the list that show exactly the entries of a number: the page's filter, narrowed further."""

    def __init__(self, filterset: DlqFilterSet, now: datetime) -> None:
        self.now = now
        self.base = QueryDict(filterset.query, mutable=True)
        # The list would hide recovered entries, which the numbers here count.
        self.base.setdefault("status", "any")
        cleaned: dict[str, Any] = filterset.form.cleaned_data if filterset.is_valid() else {}
        # Values of one parameter are OR-ed, so the widest of them is what is in force.
        self.since = min(cleaned.get("failed_after") or [datetime.min.replace(tzinfo=now.tzinfo)])
        self.until = min(max(cleaned.get("failed_before") or [now]), now)

    def line(self, label: str, row: Row, **narrowed: str) -> Line:
        cells = [
            Cell(count, self._query(max(self.since, self.now - length), **narrowed))
            for count, (_label, length) in zip(row.counts, WINDOWS, strict=True)
        ]
        return Line(label, cells, cells[-1].query)

    def whole_task(self, task: str) -> str:
        query = QueryDict(mutable=True)
        query["task_identifier"] = task
        query["status"] = "any"
        return f"?{query.urlencode()}"

    def _query(self, since: datetime, **narrowed: str) -> str:
        query = self.base.copy()
        query.pop("count", None)
        query["failed_after"] = since.isoformat()
        query["failed_before"] = self.until.isoformat()
        for name, value in narrowed.items():
            query[name] = value
        return f"?{query.urlencode()}"


def _whole_table(seconds: float) -> DlqStats | None:
    """The library's numbers; None where they take longer than that."""
    try:
        with time_limit(min(seconds, conf.STATEMENT_TIMEOUT)):
            return dlq_stats(TABLE)
    except OperationalError as error:
        if not isinstance(error.__cause__, QueryCanceled):
            raise
        return None
