"""/metrics for Prometheus: there is no such page unless DLQ_METRICS_TOKEN is set, and then it asks for the token."""

from __future__ import annotations

from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from dlq.conf import conf
from dlq.faults.diagnosis import fault_of
from dlq.monitoring.metrics import exposition

KEY = "dlq.metrics"
REMEMBERED_SECONDS = 20
"""However often it is scraped, the database is asked this seldom (by each web process)."""


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    if not conf.METRICS_TOKEN:
        raise Http404
    given = request.headers.get("Authorization", "")
    if not constant_time_compare(given, f"Bearer {conf.METRICS_TOKEN}"):
        answer = HttpResponse("A token is needed.\n", status=401, content_type="text/plain")
        answer["WWW-Authenticate"] = "Bearer"
        return answer
    try:
        text = cache.get_or_set(KEY, exposition, REMEMBERED_SECONDS)
    except Exception as error:
        if (fault := fault_of(error)) is None:
            raise
        return HttpResponse(f"{fault.words}\n", status=fault.status, content_type="text/plain; charset=utf-8")
    return HttpResponse(text, content_type=CONTENT_TYPE_LATEST)
