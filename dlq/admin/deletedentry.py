"""The trash: what was deleted, when and by whom, and the way back."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from dlq.conf import conf
from dlq.display import age, clock
from dlq.expressions import JsonMember
from dlq.models import BulkOperation, DeletedEntry
from dlq.permissions import may
from dlq.views.page import page
from dlq.views.undo import undo

if TYPE_CHECKING:
    TrashAdmin = admin.ModelAdmin[DeletedEntry]
else:
    TrashAdmin = admin.ModelAdmin

Kind = BulkOperation.Kind

MOST_CHOSEN = 10_000
"""Entries that are put back one by one chosen; a whole operation of any size is put back from its own page."""


@admin.register(DeletedEntry)
class DeletedEntryAdmin(TrashAdmin):
    list_display = ("entry", "task", "deleted", "kept", "by", "reason")
    list_display_links = None
    search_fields = ("=entry_id",)
    ordering = ("-id",)
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    actions = ("restore_selected",)
    change_list_template = "dlq/trash.html"

    @page
    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, {"title": "Trash", "days": conf.TRASH_DAYS, **(extra_context or {})})

    def get_queryset(self, request: HttpRequest) -> QuerySet[DeletedEntry]:
        whole = super().get_queryset(request).select_related("operation").defer("row", "null_columns")
        return whole.annotate(task_identifier=JsonMember("row", "task_identifier"))

    def lookup_allowed(self, lookup: str, value: Any, *request: Any) -> bool:
        return lookup == "operation__id__exact" or super().lookup_allowed(lookup, value, *request)

    @admin.display(description="Failed job", ordering="entry_id")
    def entry(self, obj: DeletedEntry) -> SafeString:
        address = reverse("admin:dlq_backfilldlq_history", args=[obj.entry_id])
        return format_html('<a href="{}">#{}</a>', address, obj.entry_id)

    @admin.display(description="Task")
    def task(self, obj: DeletedEntry) -> str:
        return str(getattr(obj, "task_identifier"))  # noqa: B009 (an annotation)

    @admin.display(description="Deleted", ordering="id")
    def deleted(self, obj: DeletedEntry) -> SafeString:
        return clock(obj.deleted_at)

    @admin.display(description="Forgotten")
    def kept(self, obj: DeletedEntry) -> str:
        return age(obj.deleted_at + timedelta(days=conf.TRASH_DAYS))

    @admin.display(description="By")
    def by(self, obj: DeletedEntry) -> SafeString:
        address = reverse("admin:dlq_bulkoperation_change", args=[obj.operation_id])
        return format_html('{} <a href="{}">operation {}</a>', obj.operation.actor, address, obj.operation_id)

    @admin.display(description="Reason", empty_value="–")
    def reason(self, obj: DeletedEntry) -> str | None:
        return obj.operation.reason or None

    @admin.action(permissions=["restore"], description="Put back")
    def restore_selected(self, request: HttpRequest, queryset: QuerySet[DeletedEntry]) -> HttpResponse | None:
        chosen = sorted(set(queryset.order_by().values_list("entry_id", flat=True)[: MOST_CHOSEN + 1]))
        if len(chosen) > MOST_CHOSEN:
            messages.error(
                request,
                f"At most {MOST_CHOSEN:,} can be put back at once from here. Nothing was done:"
                " the page of the operation that deleted them puts all of them back.",
            )
            return None
        return undo(request, Kind.RESTORE, entry_ids=chosen)

    def has_view_permission(self, request: HttpRequest, obj: DeletedEntry | None = None) -> bool:
        return request.user.has_perm("dlq.view_backfilldlq")

    def has_restore_permission(self, request: HttpRequest) -> bool:
        return may(request, Kind.RESTORE)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: DeletedEntry | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: DeletedEntry | None = None) -> bool:
        return False
