"""The numbers of the whole table: stored ones with their time, else what is known without counting; and counting now."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect, QueryDict
from django.urls import reverse
from psycopg.errors import QueryCanceled

from dlq.conf import conf
from dlq.db import dicts
from dlq.filters.addresses import STATUS, query_string
from dlq.filters.outcomes import ANY
from dlq.models import BackfillDlq
from dlq.models.backfilldlq import TABLE
from dlq.services.statistics.snapshot import newest_snapshot, take_snapshot
from dlq.services.stats import LISTED_TASKS
from dlq.sql import statement


def whole_table() -> dict[str, Any]:
    if snapshot := newest_snapshot():
        list_address = reverse("admin:dlq_backfilldlq_changelist")
        tasks = [
            (task, count, f"{list_address}?{_task(task)}" if task.strip() else "")
            for task, count in snapshot.task_breakdown[:LISTED_TASKS]
        ]
        return {"snapshot": snapshot, "tasks": tasks}
    return {"cheap": dicts(statement("stats/cheap", TABLE), {"table": TABLE.regclass})[0]}


def _task(task: str) -> str:
    query = QueryDict(mutable=True)
    query["task_identifier"] = task
    query[STATUS] = ANY
    return query.urlencode()


def count_now(model_admin: ModelAdmin[BackfillDlq], request: HttpRequest) -> HttpResponse:
    """Count and keep the numbers; back to the page either way."""
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    try:
        if take_snapshot(seconds=conf.STATEMENT_TIMEOUT) is None:
            messages.info(request, "Somebody else is counting at this moment.")
    except OperationalError as error:
        if not isinstance(error.__cause__, QueryCanceled):
            raise
        messages.warning(
            request,
            f"The table is too large to be counted within the {conf.STATEMENT_TIMEOUT} seconds of a page."
            " dlq_caretaker counts it every few minutes, if it runs.",
        )
    query = query_string(request.GET)
    return HttpResponseRedirect(f"{reverse('admin:dlq_backfilldlq_statistics')}{'?' if query else ''}{query}")
