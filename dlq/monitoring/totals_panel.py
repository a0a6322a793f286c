"""The totals of the table: stored ones with their time, else what is known without counting; and counting now."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from dlq.conf import conf
from dlq.db.limits import TimedOut
from dlq.db.statements import dicts
from dlq.filters.addresses import STATUS, without_cursors
from dlq.filters.status import ANY
from dlq.monitoring.snapshot import newest_snapshot, take_snapshot
from dlq.monitoring.totals import LISTED_TASKS
from dlq.table.location import TABLE
from dlq.web.query_strings import query_string
from dlq.web.site_addresses import address_of


def totals_context() -> dict[str, Any]:
    if snapshot := newest_snapshot():
        list_address = address_of("dlq_backfilldlq_changelist")
        tasks = [
            (task, count, list_address + query_string({"task_identifier": task, STATUS: ANY}) if task.strip() else "")
            for task, count in snapshot.task_breakdown[:LISTED_TASKS]
        ]
        return {"snapshot": snapshot, "tasks": tasks}
    return {"estimate": dicts(TABLE.statement("monitoring/estimate"), {"table": TABLE.regclass})[0]}


def count_now(request: HttpRequest) -> HttpResponse:
    """Count and keep the numbers; back to the page either way."""
    try:
        if take_snapshot(seconds=conf.STATEMENT_TIMEOUT) is None:
            messages.info(request, "Somebody else is counting at this moment.")
    except TimedOut:
        messages.warning(
            request,
            f"The table is too large to be counted within the {conf.STATEMENT_TIMEOUT} seconds of a page."
            " dlq_caretaker counts it every few minutes, if it runs.",
        )
    return HttpResponseRedirect(
        address_of("dlq_backfilldlq_statistics") + query_string({}, without_cursors(request.GET))
    )
