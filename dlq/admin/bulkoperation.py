"""The admin of operations: who did what, with what result."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.safestring import SafeString

from dlq.display import clock
from dlq.models import BulkOperation
from dlq.views import operation
from dlq.views.page import acting, page

if TYPE_CHECKING:
    OperationAdmin = admin.ModelAdmin[BulkOperation]
else:
    OperationAdmin = admin.ModelAdmin


@admin.register(BulkOperation)
class BulkOperationAdmin(OperationAdmin):
    """Operations are begun from the list of failed jobs; here they are looked up."""

    list_display = (
        "__str__",
        "actor",
        "how_it_stands",
        "done_count",
        "skipped_count",
        "failed_count",
        "begun",
        "reason",
    )
    list_filter = ("kind", "state", ("actor", admin.AllValuesFieldListFilter))
    search_fields = ("actor", "reason")
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    change_list_template = "dlq/operations.html"

    @page
    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, {"title": "Operations", **(extra_context or {})})

    @acting
    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return operation.show(self, request, object_id)

    @page
    def problems_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return operation.download_problems(self, request, object_id)

    def get_urls(self) -> list[URLPattern]:
        shown: Any = self.admin_site.admin_view(self.problems_view)
        return [path("<object_id>/problems/", shown, name="dlq_bulkoperation_problems"), *super().get_urls()]

    @admin.display(description="State", ordering="state")
    def how_it_stands(self, obj: BulkOperation) -> str:
        if obj.waits_for_a_driver:
            return "waiting: open its page or run dlq_caretaker"
        return obj.get_state_display()

    @admin.display(description="Begun", ordering="created_at")
    def begun(self, obj: BulkOperation) -> SafeString:
        return clock(obj.created_at)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: BulkOperation | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: BulkOperation | None = None) -> bool:
        return False
