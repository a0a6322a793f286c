"""The admin of failed jobs: which pages there are and who may open them. What is on them stands in dlq.views."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.urls import URLPattern, path, reverse

from dlq.admin.changelist import EntryChangeList
from dlq.admin.columns import listed_columns
from dlq.filters import DlqFilterSet
from dlq.filters.fields import entry_number
from dlq.models import BackfillDlq, BulkOperation
from dlq.permissions import may
from dlq.views import (
    alerts,
    breakdown,
    confirm,
    count,
    entry,
    export,
    history,
    indexes,
    payload,
    statistics,
    values,
    whole_table,
)
from dlq.views.page import acting, page

if TYPE_CHECKING:
    EntryAdmin = admin.ModelAdmin[BackfillDlq]
else:
    EntryAdmin = admin.ModelAdmin

Kind = BulkOperation.Kind


@admin.register(BackfillDlq)
class BackfillDlqAdmin(EntryAdmin):
    """Nothing is added or changed here: entries come from the queue, and people requeue, delete and annotate them."""

    ordering = ("-failed_at", "-id")
    list_per_page = 100
    list_max_show_all = 0
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    actions = ("requeue_selected", "delete_selected", "add_note_to_selected")
    change_list_template = "dlq/list.html"

    def get_urls(self) -> list[URLPattern]:
        def at(address: str, view: Any, name: str) -> URLPattern:
            shown: Any = self.admin_site.admin_view(view)
            pattern: URLPattern = path(address, shown, name=f"dlq_backfilldlq_{name}")
            return pattern

        return [
            at("statistics/", self.statistics_view, "statistics"),
            at("statistics/count/", self.snapshot_view, "snapshot"),
            at("alerts/", self.alerts_view, "alerts"),
            at("export/", self.export_view, "export"),
            at("export/progress/", self.export_progress_view, "export_progress"),
            at("count/", self.count_view, "count"),
            at("breakdown/", self.breakdown_view, "breakdown"),
            at("indexes/", self.indexes_view, "indexes"),
            at("values/", self.values_view, "values"),
            at("confirmed/", self.confirmed_view, "confirmed"),
            at("<int:entry_id>/payload/", self.payload_view, "payload"),
            *super().get_urls(),
        ]

    # The pages

    @page
    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        context = {
            "title": "Failed jobs",
            "module_name": "failed jobs",
            "selection_note_all": "Everything that matches the filter is selected",
            **(extra_context or {}),
        }
        return super().changelist_view(request, context)

    @acting
    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return entry.show(self, request, object_id)

    @page
    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Django's own would delete for good, without a record: this asks as the list's action does."""
        if not (self.has_view_permission(request) and self.has_delete_permission(request)):
            raise PermissionDenied
        number = entry_number(object_id)
        asked = confirm.ask(self, request, Kind.DELETE, entry_ids=[number]) if number else None
        return asked or HttpResponseRedirect(reverse("admin:dlq_backfilldlq_changelist"))

    @page
    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return history.show(self, request, object_id)

    @page
    def statistics_view(self, request: HttpRequest) -> HttpResponse:
        return statistics.show(self, request)

    @acting
    def snapshot_view(self, request: HttpRequest) -> HttpResponse:
        return whole_table.count_now(self, request)

    @page
    def alerts_view(self, request: HttpRequest) -> HttpResponse:
        return alerts.show(self, request)

    @page
    def count_view(self, request: HttpRequest) -> HttpResponse:
        return count.show(self, request)

    @page
    def breakdown_view(self, request: HttpRequest) -> HttpResponse:
        return breakdown.show(self, request)

    @page
    def indexes_view(self, request: HttpRequest) -> HttpResponse:
        return indexes.show(self, request)

    @page
    def values_view(self, request: HttpRequest) -> HttpResponse:
        return values.show(self, request)

    def export_view(self, request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
        """Not limited as a page is: an export takes as long as there is something to export."""
        return export.download(self, request) if "format" in request.GET else self.export_page_view(request)

    @page
    def export_page_view(self, request: HttpRequest) -> HttpResponse:
        return export.show(self, request)

    @page
    def export_progress_view(self, request: HttpRequest) -> HttpResponse:
        return export.watch(self, request)

    @page
    def payload_view(self, request: HttpRequest, entry_id: int) -> HttpResponse:
        return payload.download(self, request, entry_id)

    @acting
    def confirmed_view(self, request: HttpRequest) -> HttpResponse:
        return confirm.perform(self, request)

    # The list

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[EntryChangeList]:
        return EntryChangeList

    def get_list_display(self, request: HttpRequest) -> Any:
        return listed_columns()

    # The actions

    @admin.action(permissions=["requeue"], description="Requeue …")
    def requeue_selected(self, request: HttpRequest, queryset: QuerySet[BackfillDlq]) -> HttpResponse | None:
        return self._confirm(request, Kind.REQUEUE)

    @admin.action(permissions=["delete"], description="Delete …")
    def delete_selected(self, request: HttpRequest, queryset: QuerySet[BackfillDlq]) -> HttpResponse | None:
        return self._confirm(request, Kind.DELETE)

    @admin.action(permissions=["annotate"], description="Add a note …")
    def add_note_to_selected(self, request: HttpRequest, queryset: QuerySet[BackfillDlq]) -> HttpResponse | None:
        return self._confirm(request, Kind.NOTE)

    def response_action(
        self, request: HttpRequest, queryset: QuerySet[BackfillDlq], *args: Any, **options: Any
    ) -> HttpResponse | None:
        """Further arguments are those of newer Django versions."""
        if not all(re.fullmatch(r"[0-9]{1,18}", value) for value in request.POST.getlist(ACTION_CHECKBOX_NAME)):
            messages.error(request, "A ticked row has a number that no failed job can have. Nothing was done.")
            return None
        return super().response_action(request, queryset, *args, **options)

    def _confirm(self, request: HttpRequest, kind: str) -> HttpResponse | None:
        filterset = DlqFilterSet(request.GET, hide_recovered=True)
        if request.POST.get("select_across") == "1":
            if not filterset.is_valid():
                messages.error(request, "The filter has an error, so it selects nothing. Nothing was done.")
                return None
            return confirm.ask(self, request, kind, filterset=filterset)
        ticked = [int(value) for value in request.POST.getlist(ACTION_CHECKBOX_NAME)]
        return confirm.ask(self, request, kind, entry_ids=ticked)

    # Permissions

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: BackfillDlq | None = None) -> bool:
        return False

    def has_requeue_permission(self, request: HttpRequest) -> bool:
        return may(request, Kind.REQUEUE)

    def has_annotate_permission(self, request: HttpRequest) -> bool:
        return may(request, Kind.NOTE)
