"""From one entry to the next or the previous one of the list that somebody came from."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponseRedirect, QueryDict

from dlq.db.bigint import entry_number
from dlq.filters.addresses import without_cursors
from dlq.listing.changelist import AFTER, EntryChangeList
from dlq.models import BackfillDlq
from dlq.web.way_back import came_from, entry_address, list_address


def beside(
    model_admin: ModelAdmin[BackfillDlq], request: HttpRequest, object_id: str, *, where: str
) -> HttpResponseRedirect:
    """What the list's page after, or before (`where`), this entry shows next to it."""
    query = without_cursors(QueryDict(came_from(request)))
    entry_id = entry_number(object_id)
    if entry_id is None or not BackfillDlq.objects.filter(pk=entry_id).exists():
        messages.warning(request, f"The failed job {object_id} is not in the list any more.")
        return HttpResponseRedirect(list_address(query.urlencode()))
    at = query.copy()
    at[where] = str(entry_id)
    request.GET = at  # type: ignore[assignment]
    page = cast(EntryChangeList, model_admin.get_changelist_instance(request))
    if page.result_list:
        found = page.result_list[0] if where == AFTER else page.result_list[-1]
        return HttpResponseRedirect(entry_address(found.pk, query.urlencode()))
    if page.stopped:
        # That page says how far was searched, and searches further.
        return HttpResponseRedirect(list_address(at.urlencode()))
    messages.info(request, f"There is none {where} this one in the list.")
    return HttpResponseRedirect(entry_address(entry_id, query.urlencode()))
