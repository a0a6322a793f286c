"""Which indexes the table has and lacks, with the statements for whoever owns it. Nothing is done from here."""

from __future__ import annotations

from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from dlq.indexes import table_state
from dlq.models import BackfillDlq
from dlq.models.backfilldlq import TABLE
from dlq.services.index_advice import advice


def show(model_admin: ModelAdmin[BackfillDlq], request: HttpRequest) -> HttpResponse:
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    found = advice(TABLE)
    context = {
        **model_admin.admin_site.each_context(request),
        "title": "Indexes",
        "opts": model_admin.opts,
        "table": TABLE.regclass,
        "state": table_state(TABLE),
        "missing": [index for index in found if not index.is_there and index.wanted.kind != "optional"],
        "optional": [index for index in found if not index.is_there and index.wanted.kind == "optional"],
        "present": [index for index in found if index.is_there],
    }
    return TemplateResponse(request, "dlq/indexes.html", context)
