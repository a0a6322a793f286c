"""The admin of failed jobs: which pages there are and who may open them. What they show is in the topics' own rooms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import URLPattern, reverse
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_POST

from dlq.admin.read_only import ReadOnlyAdmin
from dlq.caretaker import views as caretaker
from dlq.db.bigint import entry_number
from dlq.entries import history_page, payload_download
from dlq.entries import views as entries
from dlq.export import views as export
from dlq.filters import DlqFilterSet
from dlq.filters.shareable import shareable_address
from dlq.listing import neighbours
from dlq.listing import views as listing
from dlq.listing.changelist import EntryChangeList
from dlq.listing.list_columns import list_columns
from dlq.models import BackfillDlq
from dlq.monitoring import banner, totals_panel
from dlq.operations.kinds import KINDS, Kind
from dlq.operations.pages import confirm_page
from dlq.start.visits import say_seen
from dlq.statistics import views as statistics
from dlq.table import views as table
from dlq.web.decorators import page
from dlq.web.way_back import came_from, list_address

DELETE = "delete"
"""The kind of operation behind Django's own address for deleting."""


@admin.register(BackfillDlq)
class BackfillDlqAdmin(ReadOnlyAdmin[BackfillDlq]):
    """Entries come from the queue; people requeue, delete and annotate them by operations."""

    ordering = ("-failed_at", "-id")
    list_per_page = 100
    list_max_show_all = 0
    change_list_template = "dlq/listing/list.html"

    def get_urls(self) -> list[URLPattern]:
        return [
            self.at("statistics/", self.statistics_view, "statistics"),
            self.at("statistics/count/", self.snapshot_view, "snapshot"),
            self.at("alerts/", self.alerts_view, "alerts"),
            self.at("export/", self.export_view, "export"),
            self.at("export/progress/", self.export_progress_view, "export_progress"),
            self.at("count/", self.count_view, "count"),
            self.at("breakdown/", self.facets_view, "breakdown"),
            self.at("indexes/", self.indexes_view, "indexes"),
            self.at("caretaker/", self.caretaker_view, "caretaker"),
            self.at("seen/", self.seen_view, "seen"),
            self.at("values/", self.suggestions_view, "values"),
            self.at("confirmed/", self.confirmed_view, "confirmed"),
            self.at("confirmed/count/", self.confirmed_count_view, "confirmed_count"),
            self.at("<str:object_id>/payload/", self.payload_view, "payload"),
            self.at("<str:object_id>/next/", self.next_view, "next"),
            self.at("<str:object_id>/previous/", self.previous_view, "previous"),
            *super().get_urls(),
        ]

    # The pages

    @page()
    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if address := shareable_address(request):
            return HttpResponseRedirect(address)
        context = {
            "title": "Failed jobs",
            "module_name": "failed jobs",
            "selection_note_all": "Everything that matches the filter is selected",
            **(extra_context or {}),
        }
        return super().changelist_view(request, context)

    @page(limited=False)
    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return entries.show(self, request, object_id)

    @page()
    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Django's own would delete for good, without a record: this asks as the list's action does."""
        if not self.has_delete_permission(request):
            raise PermissionDenied
        number = entry_number(object_id)
        back = came_from(request)
        asked = None if number is None else confirm_page.ask(self, request, DELETE, entry_ids=[number], back=back)
        return asked or HttpResponseRedirect(list_address(back))

    @page()
    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return history_page.show(self, request, object_id)

    @page()
    def statistics_view(self, request: HttpRequest) -> HttpResponse:
        address = shareable_address(request)
        return HttpResponseRedirect(address) if address else statistics.show(self, request)

    @page(limited=False)
    @method_decorator(require_POST)
    def snapshot_view(self, request: HttpRequest) -> HttpResponse:
        return totals_panel.count_now(request)

    @page()
    def alerts_view(self, request: HttpRequest) -> HttpResponse:
        return banner.show(request)

    @page()
    def count_view(self, request: HttpRequest) -> HttpResponse:
        return listing.count(request)

    @page()
    def facets_view(self, request: HttpRequest) -> HttpResponse:
        return listing.facets(request)

    @page()
    def indexes_view(self, request: HttpRequest) -> HttpResponse:
        return table.indexes(self, request)

    @page(limited=False)
    @method_decorator(require_POST)
    def seen_view(self, request: HttpRequest) -> HttpResponse:
        """The button of the start page: from now on it tells what comes after."""
        say_seen(request.user.get_username())
        return HttpResponseRedirect(reverse("admin:app_list", args=["dlq"]))

    @page()
    def caretaker_view(self, request: HttpRequest) -> HttpResponse:
        return caretaker.show(self, request)

    @page()
    def suggestions_view(self, request: HttpRequest) -> HttpResponse:
        return listing.suggestions(request)

    @page(right=export.may_export, limited=False)
    def export_view(self, request: HttpRequest) -> HttpResponseBase:
        """The file takes as long as there is something to export; the page that begins it is limited like any other."""
        return export.download(request) if "format" in request.GET else self.export_page_view(request)

    @page(right=export.may_export)
    def export_page_view(self, request: HttpRequest) -> HttpResponse:
        return export.show(self, request)

    @page(right=export.may_export)
    def export_progress_view(self, request: HttpRequest) -> HttpResponse:
        return export.progress(request)

    @page(limited=False)
    def payload_view(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        return payload_download.download(request, object_id)

    @page()
    def next_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return neighbours.next_entry(self, request, object_id)

    @page()
    def previous_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return neighbours.previous_entry(self, request, object_id)

    @page(limited=False)
    @method_decorator(require_POST)
    def confirmed_view(self, request: HttpRequest) -> HttpResponse:
        return confirm_page.perform(self, request)

    @page()
    def confirmed_count_view(self, request: HttpRequest) -> HttpResponse:
        return confirm_page.count(request)

    # The list

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[EntryChangeList]:
        return EntryChangeList

    def get_list_display(self, request: HttpRequest) -> Any:
        return list_columns()

    # The actions: one for each kind of operation that is started from the list

    @property
    def actions(self) -> list[Callable[..., HttpResponse | None]]:  # type: ignore[override]
        return [_action(kind) for kind in KINDS.values() if kind.action]

    def get_actions(self, request: HttpRequest, *args: Any) -> dict[str, Any]:
        """Those that the person may begin. Further arguments are those of newer Django versions."""
        refused = {kind.action for kind in KINDS.values() if not kind.may_confirm(request.user)}
        return {name: found for name, found in super().get_actions(request, *args).items() if name not in refused}

    def confirm(self, request: HttpRequest, kind: Kind) -> HttpResponse | None:
        """The confirmation page for the ticked rows, or for everything that matches the filter."""
        back = request.GET.urlencode()
        if request.POST.get("select_across") == "1":
            filterset = DlqFilterSet(request.GET, hide_recovered=True)
            if not filterset.is_valid():
                messages.error(request, "The filter has an error, so it selects nothing. Nothing was done.")
                return None
            return confirm_page.ask(self, request, kind.name, filterset=filterset, back=back)
        ticked = [int(value) for value in request.POST.getlist(ACTION_CHECKBOX_NAME)]
        return confirm_page.ask(self, request, kind.name, entry_ids=ticked, back=back)

    def has_delete_permission(self, request: HttpRequest, obj: BackfillDlq | None = None) -> bool:
        return KINDS[DELETE].may(request.user)


def _action(kind: Kind) -> Callable[..., HttpResponse | None]:
    @admin.action(description=kind.action_label)
    def act(
        model_admin: BackfillDlqAdmin, request: HttpRequest, queryset: QuerySet[BackfillDlq]
    ) -> HttpResponse | None:
        return model_admin.confirm(request, kind)

    act.__name__ = kind.action
    return act
