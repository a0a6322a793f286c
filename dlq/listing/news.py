"""How many failed jobs that match came since a page of the list was made: said, while the rows stay where they are."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.template.response import TemplateResponse

from dlq.db.limits import in_time
from dlq.db.statements import database_now
from dlq.filters import DlqFilterSet
from dlq.filters.addresses import without_cursors
from dlq.filters.fields import Moment
from dlq.web.permissions import sees_masked
from dlq.web.query_strings import query_string
from dlq.web.way_back import list_address

SINCE = "since"
COUNTED_TO = 1_000
SECONDS = 1.0
"""Nobody waits for it."""


def news(request: HttpRequest) -> HttpResponse:
    filterset = DlqFilterSet(request.GET, also_known=(SINCE,), hide_recovered=True, sees_all=sees_masked(request.user))
    try:
        since = Moment(end_of_day=False).clean(request.GET.get(SINCE) or database_now().isoformat())
    except ValidationError as error:
        return HttpResponseBadRequest(error.messages[0], content_type="text/plain")
    came = filterset.qs.filter(failed_at__gt=since).order_by()[: COUNTED_TO + 1]
    number = in_time(SECONDS, came.count) or 0
    context = {
        "number": min(number, COUNTED_TO),
        "is_capped": number > COUNTED_TO,
        "address": list_address(query_string({SINCE: None}, without_cursors(request.GET)).removeprefix("?")),
    }
    return TemplateResponse(request, "dlq/listing/new.html", context)
