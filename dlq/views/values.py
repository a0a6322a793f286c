"""The values to choose from in a field of the filter form, loaded when somebody goes there, and again as they type."""

from __future__ import annotations

from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.template.response import TemplateResponse

from dlq.db import in_time
from dlq.indexes import table_state
from dlq.models import BackfillDlq
from dlq.models.backfilldlq import TABLE
from dlq.services.values import Values, offers_values, values

SECONDS = 1.0
"""Nobody waits longer for suggestions; then there are none."""


def show(model_admin: ModelAdmin[BackfillDlq], request: HttpRequest) -> HttpResponse:
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    parameter = request.GET.get("of", "")
    typed = request.GET.get(parameter, "")
    if not offers_values(parameter) or "\x00" in typed:
        return HttpResponseBadRequest("There are no values of that.", content_type="text/plain")
    found = in_time(SECONDS, lambda: values(parameter, typed, table_state(TABLE))) or Values([], more=False)
    return TemplateResponse(request, "dlq/values.html", {"found": found})
