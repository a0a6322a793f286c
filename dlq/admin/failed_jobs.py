"""The admin of failed jobs: which pages there are and who may open them. What they show is in the topics' own rooms."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import URLPattern
from django.views.decorators.http import require_POST

from dlq.admin.page_views import part, whole
from dlq.admin.read_only import ReadOnlyAdmin
from dlq.caretaker import views as caretaker
from dlq.db.bigint import entry_number
from dlq.entries import comparison, history_page, payload_download
from dlq.entries import views as entries
from dlq.export import views as export
from dlq.filters import DlqFilterSet
from dlq.filters.addresses import COLUMNS
from dlq.filters.shareable import shareable_address
from dlq.listing import view_pages
from dlq.listing import views as listing
from dlq.listing.changelist import AFTER, BEFORE, EntryChangeList
from dlq.listing.in_common import in_common
from dlq.listing.list_columns import list_columns
from dlq.listing.neighbours import beside
from dlq.listing.news import news
from dlq.listing.views_of_list import default_query
from dlq.models import BackfillDlq
from dlq.monitoring import banner, totals_panel
from dlq.operations.kind import Kind
from dlq.operations.kinds import KINDS
from dlq.operations.pages import confirm_page
from dlq.redaction.candidates import masking_indexes
from dlq.start.visits import say_seen
from dlq.statistics import views as statistics
from dlq.table import views as table
from dlq.table.location import TABLE
from dlq.table.writable import why_refused
from dlq.web.decorators import page, posted
from dlq.web.permissions import sees_masked
from dlq.web.refusal import Refused
from dlq.web.site_addresses import address_of
from dlq.web.stock_templates import selection_script
from dlq.web.way_back import came_from, list_address

DELETE = "delete"
"""The kind of operation behind Django's own address for deleting."""


class BackfillDlqAdmin(ReadOnlyAdmin[BackfillDlq]):
    """Entries come from the queue; people requeue, delete and annotate them by operations."""

    ordering = ("-failed_at", "-id")
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
            self.at("common/", self.in_common_view, "common"),
            self.at("indexes/", self.indexes_view, "indexes"),
            self.at("caretaker/", self.caretaker_view, "caretaker"),
            self.at("seen/", self.seen_view, "seen"),
            self.at("values/", self.suggestions_view, "values"),
            self.at("new/", self.news_view, "new"),
            self.at("views/", self.views_view, "views"),
            self.at("selection.js", self.script_view, "script"),
            self.at("confirmed/", self.confirmed_view, "confirmed"),
            self.at("confirmed/count/", self.confirmed_count_view, "confirmed_count"),
            self.at("<str:object_id>/payload/", self.payload_view, "payload"),
            self.at("<str:object_id>/compare/", self.compare_view, "compare"),
            self.at("<str:object_id>/next/", self.next_view, "next"),
            self.at("<str:object_id>/previous/", self.previous_view, "previous"),
            *super().get_urls(),
        ]

    # The pages

    @page()
    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if address := shareable_address(request):
            return HttpResponseRedirect(address)
        if request.method == "GET" and not request.GET and (query := default_query(request.user)):
            return HttpResponseRedirect(list_address(query))
        context = {
            "title": "Failed jobs",
            "module_name": "failed jobs",
            "selection_note_all": "Everything that matches the filter is selected",
            "refused_actions": []
            if why_refused(request.user)
            else [kind.action_label for kind in self._refused(request)],
            **(extra_context or {}),
        }
        return super().changelist_view(request, context)

    @page()
    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Django's own would delete for good, without a record: this asks as the list's action does."""
        if not self.has_delete_permission(request):
            raise Refused(KINDS[DELETE].permission)
        number = entry_number(object_id)
        back = came_from(request)
        asked = None if number is None else confirm_page.ask(self, request, DELETE, entry_ids=[number], back=back)
        return asked or HttpResponseRedirect(list_address(back))

    @page()
    def statistics_view(self, request: HttpRequest) -> HttpResponse:
        address = shareable_address(request)
        return HttpResponseRedirect(address) if address else statistics.show(self, request)

    @page()
    def indexes_view(self, request: HttpRequest) -> HttpResponse:
        return table.indexes(self, request, masking_indexes(TABLE))

    @page(limited=False)
    @posted
    def seen_view(self, request: HttpRequest) -> HttpResponse:
        """The button of the start page: from now on it tells what comes after."""
        say_seen(request.user.get_username())
        return HttpResponseRedirect(address_of("app_list", "dlq"))

    @page()
    def views_view(self, request: HttpRequest) -> HttpResponse:
        return (view_pages.change if request.method == "POST" else view_pages.show)(self, request)

    @page(right=export.may_export, limited=False)
    def export_view(self, request: HttpRequest) -> HttpResponseBase:
        """The file takes as long as there is something to export; the page that begins it is limited like any other."""
        return (
            export.download(request)
            if "format" in request.GET or "unmasked" in request.POST
            else self.export_page_view(request)
        )

    @page(limited=False)
    @posted
    def confirmed_view(self, request: HttpRequest) -> HttpResponse:
        return confirm_page.perform(self, request)

    @page(right=None, limited=False)
    def script_view(self, request: HttpRequest) -> HttpResponse:
        """Of all lists, for whoever may see one of them."""
        script = selection_script().read_bytes()
        return HttpResponse(script, content_type="text/javascript", headers={"Cache-Control": "max-age=3600"})

    change_view = whole(entries.show, limited=False)
    history_view = whole(history_page.show)
    compare_view = whole(comparison.show)
    next_view = whole(partial(beside, where=AFTER))
    previous_view = whole(partial(beside, where=BEFORE))
    payload_view = part(payload_download.download, limited=False)
    caretaker_view = whole(caretaker.show)
    alerts_view = part(banner.show)
    count_view = part(listing.count)
    facets_view = part(listing.facets)
    in_common_view = part(in_common)
    suggestions_view = part(listing.suggestions)
    news_view = part(news)
    snapshot_view = part(require_POST(totals_panel.count_now), limited=False)
    export_page_view = whole(export.show, right=export.may_export)
    export_progress_view = part(export.progress, right=export.may_export)
    confirmed_count_view = part(confirm_page.count)

    # The list

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[EntryChangeList]:
        return EntryChangeList

    def get_list_display(self, request: HttpRequest) -> Any:
        return list_columns(request.GET.getlist(COLUMNS))

    # The actions: one for each kind of operation that is started from the list

    @property
    def actions(self) -> list[Callable[..., HttpResponse | None]]:  # type: ignore[override]
        return [_action(kind) for kind in KINDS.values() if kind.action]

    def get_actions(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Those that the person may begin. Further arguments are those of newer Django versions."""
        refused = {kind.action for kind in self._refused(request)}
        found = super().get_actions(request, *args, **kwargs)
        return {name: action for name, action in found.items() if name not in refused}

    def _refused(self, request: HttpRequest) -> list[Kind]:
        """Kinds of the list's actions that this person may not begin."""
        return [kind for kind in KINDS.values() if kind.action and not kind.may_confirm(request.user)]

    def confirm(self, request: HttpRequest, kind: Kind) -> HttpResponse | None:
        """The confirmation page for the ticked rows, or for everything that matches the filter."""
        back = request.GET.urlencode()
        if request.POST.get("select_across") == "1":
            filterset = DlqFilterSet(request.GET, hide_recovered=True, sees_all=sees_masked(request.user))
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
