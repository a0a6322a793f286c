"""How many match the filter, loaded after the list."""

from __future__ import annotations

from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from dlq.conf import conf
from dlq.filters import DlqFilterSet
from dlq.models import BackfillDlq
from dlq.services.count import count


def show(model_admin: ModelAdmin[BackfillDlq], request: HttpRequest) -> HttpResponse:
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    filterset = DlqFilterSet(request.GET, also_known=("exactly",), hide_recovered=True)
    exactly = "exactly" in request.GET
    context = {
        "filterset": filterset,
        "count": count(filterset, exactly=exactly),
        "exactly": exactly,
        "seconds": conf.STATEMENT_TIMEOUT,
    }
    return TemplateResponse(request, "dlq/count.html", context)
