"""The history page of an entry, also of one that is gone."""

from __future__ import annotations

from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from dlq.filters.fields import BIGGEST_ID
from dlq.history import full_history
from dlq.models import BackfillDlq


def show(model_admin: ModelAdmin[BackfillDlq], request: HttpRequest, object_id: str) -> HttpResponse:
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    if not (object_id.isascii() and object_id.isdigit()) or int(object_id) > BIGGEST_ID:
        raise Http404("That is no number of a failed job.")
    entry = BackfillDlq.objects.defer("payload", "last_error").filter(pk=object_id).first()
    context = {
        **model_admin.admin_site.each_context(request),
        "title": f"History of {entry or f'failed job #{object_id}'}",
        "opts": model_admin.opts,
        "entry": entry,
        "entry_id": int(object_id),
        "events": full_history(int(object_id), entry),
    }
    return TemplateResponse(request, "dlq/history.html", context)
