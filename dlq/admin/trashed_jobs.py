"""The trash: what was deleted, when and by whom, and the way back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.html import format_html
from django.utils.safestring import SafeString

from dlq.admin.read_only import ReadOnlyAdmin
from dlq.admin.strict_list import ListAddress
from dlq.conf import conf
from dlq.db.bigint import by_number
from dlq.filters.fields import Number, SearchText
from dlq.models import DeletedEntry
from dlq.operations.kinds import KINDS
from dlq.operations.pages.undo import undo
from dlq.trash.trashed_texts import NEWEST, error_line, listed, search
from dlq.web.decorators import page
from dlq.web.formatting import age, clock
from dlq.web.permissions import VIEW_OPERATIONS, sees_masked
from dlq.web.site_addresses import address_of

RESTORE = "restore"
MOST_CHOSEN = 10_000
"""Entries that are restored one by one chosen; a whole operation of any size is restored from its own page."""


class TrashAddress(ListAddress):
    q = SearchText(required=False, label="Search")
    operation__id__exact = Number(required=False, label="Operation")


class DeletedEntryAdmin(ReadOnlyAdmin[DeletedEntry]):
    list_display_links = None
    search_fields = ("entry_id",)
    """There is a search; what it means is in `get_search_results`."""
    ordering = ("-id",)
    actions = ("restore_selected",)
    address_form = TrashAddress
    change_list_template = "dlq/trash/trash.html"

    @page()
    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(
            request, {"title": "Trash", "days": conf.TRASH_DAYS, "newest": NEWEST, **(extra_context or {})}
        )

    @page()
    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """What there is to say of it stands in its entry's history."""
        trashed = by_number(self.get_queryset(request), object_id)
        if trashed is None:
            raise Http404("There is no such failed job in the trash.")
        return HttpResponseRedirect(address_of("dlq_backfilldlq_history", trashed.entry_id))

    def get_queryset(self, request: HttpRequest) -> QuerySet[DeletedEntry]:
        return listed(super().get_queryset(request).select_related("operation"))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[DeletedEntry], search_term: str
    ) -> tuple[QuerySet[DeletedEntry], bool]:
        if not search_term:
            return queryset, False
        return search(queryset, search_term, sees_all=sees_masked(request.user)), False

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        by = "by_operation" if request.user.has_perm(VIEW_OPERATIONS) else "by"
        return ("entry", "task", "error", "deleted", "kept", by, "reason")

    def lookup_allowed(self, lookup: str, value: Any, *request: Any) -> bool:
        return lookup == "operation__id__exact" or super().lookup_allowed(lookup, value, *request)

    @admin.display(description="Failed job", ordering="entry_id")
    def entry(self, obj: DeletedEntry) -> SafeString:
        address = address_of("dlq_backfilldlq_history", obj.entry_id)
        return format_html('<a href="{}">#{}</a>', address, obj.entry_id)

    @admin.display(description="Task")
    def task(self, obj: DeletedEntry) -> str:
        return str(getattr(obj, "task_identifier"))  # noqa: B009 (an annotation)

    @admin.display(description="Error")
    def error(self, obj: DeletedEntry) -> str:
        return error_line(*(getattr(obj, name) for name in ("error_text", "reason_text")))

    @admin.display(description="Deleted", ordering="id")
    def deleted(self, obj: DeletedEntry) -> SafeString:
        return clock(obj.deleted_at)

    @admin.display(description="Purged")
    def kept(self, obj: DeletedEntry) -> str:
        return age(obj.deleted_at + timedelta(days=conf.TRASH_DAYS))

    @admin.display(description="By")
    def by(self, obj: DeletedEntry) -> str:
        return f"{obj.operation.actor} operation {obj.operation_id}"

    @admin.display(description="By")
    def by_operation(self, obj: DeletedEntry) -> SafeString:
        address = address_of("dlq_bulkoperation_change", obj.operation_id)
        return format_html('{} <a href="{}">operation {}</a>', obj.operation.actor, address, obj.operation_id)

    @admin.display(description="Reason", empty_value="–")
    def reason(self, obj: DeletedEntry) -> str | None:
        return obj.operation.reason or None

    @admin.action(permissions=["restore"], description="Restore")
    def restore_selected(self, request: HttpRequest, queryset: QuerySet[DeletedEntry]) -> HttpResponse | None:
        chosen = sorted(set(queryset.order_by().values_list("entry_id", flat=True)[: MOST_CHOSEN + 1]))
        if not chosen:
            messages.warning(request, "None of what you selected is in the trash any more. Nothing was done.")
            return None
        if len(chosen) > MOST_CHOSEN:
            messages.error(
                request,
                f"At most {MOST_CHOSEN:,} can be restored at once from here. Nothing was done:"
                " the page of the operation that deleted them restores all of them.",
            )
            return None
        return undo(request, RESTORE, entry_ids=chosen)

    def has_restore_permission(self, request: HttpRequest) -> bool:
        return KINDS[RESTORE].may(request.user)
