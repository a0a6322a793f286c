"""The admin of operations: who did what, with what result."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern
from django.utils.safestring import SafeString

from dlq.admin.read_only import ReadOnlyAdmin
from dlq.admin.strict_list import ListAddress
from dlq.filters.fields import Text
from dlq.models import BulkOperation
from dlq.models.bulkoperation import kind_in_words
from dlq.operations.kinds import KINDS
from dlq.operations.pages import problems
from dlq.operations.pages.buttons import press
from dlq.operations.pages.operation_page import operation_page, visible_operation
from dlq.web.decorators import page, permits
from dlq.web.formatting import clock
from dlq.web.permissions import VIEW_ENTRIES, VIEW_OPERATIONS


class KindFilter(admin.SimpleListFilter):
    title = "kind"
    parameter_name = "kind__exact"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return [(name, kind_in_words(name)) for name in KINDS]

    def queryset(self, request: HttpRequest, queryset: QuerySet[BulkOperation]) -> QuerySet[BulkOperation]:
        return queryset.filter(kind=self.value()) if self.value() else queryset


class OperationsAddress(ListAddress):
    q = Text(required=False, max_length=200, label="Search")
    kind__exact = forms.ChoiceField(required=False, label="Kind", choices=lambda: [(name, name) for name in KINDS])
    state__exact = forms.ChoiceField(required=False, label="State", choices=BulkOperation.State.choices)
    actor = Text(required=False, max_length=200, label="Actor")


class BulkOperationAdmin(ReadOnlyAdmin[BulkOperation]):
    """Operations are started from the list of failed jobs; here they are looked up."""

    list_display = (
        "__str__",
        "actor",
        "how_it_stands",
        "done",
        "skipped_count",
        "failed_count",
        "started",
        "reason",
    )
    list_filter = (KindFilter, "state", ("actor", admin.AllValuesFieldListFilter))
    search_fields = ("actor", "reason")
    address_form = OperationsAddress
    change_list_template = "dlq/operations/operations.html"
    view_permission = VIEW_OPERATIONS

    def get_urls(self) -> list[URLPattern]:
        return [self.at("<object_id>/problems/", self.problems_view, "problems"), *super().get_urls()]

    @page()
    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, {"title": "Operations", **(extra_context or {})})

    @page(right=None, limited=False)
    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        operation = visible_operation(request, object_id)
        return (press if request.method == "POST" else operation_page)(self, request, operation)

    @page(right=permits(VIEW_ENTRIES))
    def problems_view(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        return problems.download(visible_operation(request, object_id))

    @admin.display(description="State", ordering="state")
    def how_it_stands(self, obj: BulkOperation) -> str:
        if obj.waits_for_a_driver:
            return "waiting: open its page or run dlq_caretaker"
        return obj.get_state_display()

    @admin.display(description="Done", ordering=F("done_count") - F("along_count"))
    def done(self, obj: BulkOperation) -> int:
        return obj.failures_done

    @admin.display(description="Started", ordering="created_at")
    def started(self, obj: BulkOperation) -> SafeString:
        return clock(obj.created_at)
