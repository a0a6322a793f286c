"""The history page of an entry, also of one that is gone."""

from __future__ import annotations

from django.contrib.admin import ModelAdmin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.http import Http404, HttpRequest, HttpResponse

from dlq.db.bigint import entry_number
from dlq.entries.timeline import full_history
from dlq.models import BackfillDlq, DeletedEntry
from dlq.operations.kinds import KINDS
from dlq.web.decorators import framed
from dlq.web.way_back import came_from, entry_address, list_address


def show(model_admin: ModelAdmin[BackfillDlq], request: HttpRequest, object_id: str) -> HttpResponse:
    entry_id = entry_number(object_id)
    if entry_id is None:
        raise Http404("That is no number of a failed job.")
    entry = BackfillDlq.objects.defer("payload", "last_error").filter(pk=entry_id).first()
    context = {
        "title": f"History of {entry or f'failed job #{entry_id}'}",
        "entry": entry,
        "list_address": list_address(came_from(request)),
        "entry_address": entry_address(entry_id, came_from(request)),
        "entry_id": entry_id,
        "events": full_history(entry_id, entry),
        "in_trash": None
        if entry
        else DeletedEntry.objects.filter(entry_id=entry_id).order_by("-pk").defer("row").first(),
        "may_restore": KINDS["restore"].may(request.user),
        "checkbox_name": ACTION_CHECKBOX_NAME,
    }
    return framed(model_admin, request, "dlq/entries/history.html", context)
