"""What the admins here have in common: rows are looked at, never added, changed or deleted through Django's own forms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString

from dlq.admin.strict_list import ListAddress, NearestPage, StrictChangeList
from dlq.db.bigint import entry_number
from dlq.faults.answers import explained
from dlq.filters.address_form import AddressForm
from dlq.listing.too_slow import too_slow_page
from dlq.web.decorators import page
from dlq.web.permissions import VIEW_ENTRIES

M = TypeVar("M", bound=Model)

if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin
else:

    class _ModelAdmin(admin.ModelAdmin):
        """Which can be subscripted, as the type checker wants it; Django's own can't."""

        def __class_getitem__(cls, _model: type) -> type:
            return cls


class ReadOnlyAdmin(_ModelAdmin[M]):
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    view_permission = VIEW_ENTRIES
    paginator = NearestPage
    address_form: type[AddressForm] = ListAddress
    """What the list's address may say."""

    @property
    def urls(self) -> list[URLPattern]:
        """Each page says why, where the database is to blame that it can't be shown."""
        found = self.get_urls()
        for pattern in found:
            pattern.callback = explained(pattern.callback)
        return found

    def at(self, address: str, view: Any, name: str) -> URLPattern:
        """A page of the model's own, behind the log-in."""
        shown: Any = self.admin_site.admin_view(view)
        pattern: URLPattern = path(address, shown, name=f"{self.opts.app_label}_{self.opts.model_name}_{name}")
        return pattern

    def action_checkbox(self, obj: M) -> SafeString:
        """Of a row. Django's own renders two templates for each, which is a quarter of the whole list's time."""
        return format_html(
            '<input type="checkbox" name="{}" value="{}" class="action-select" aria-label="Select {} for an action">',
            ACTION_CHECKBOX_NAME,
            obj.pk,
            obj,
        )

    def too_slow(self, request: HttpRequest) -> HttpResponse:
        """For the page decorator: what is shown where a query was cancelled."""
        return too_slow_page(self.admin_site, request)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Django's own would overlook an action that this person may not begin, and show the list again."""
        if {*request.POST.getlist("action")} - {"", *self.get_actions(request)}:
            raise PermissionDenied
        return super().changelist_view(request, extra_context)

    @page()
    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Django's own tells first whether there is such a row."""
        return super().history_view(request, object_id, extra_context)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return StrictChangeList

    def response_action(
        self, request: HttpRequest, queryset: QuerySet[M], *args: Any, **options: Any
    ) -> HttpResponse | None:
        """Further arguments are those of newer Django versions."""
        if None in map(entry_number, request.POST.getlist(ACTION_CHECKBOX_NAME)):
            messages.error(request, "A ticked row has a number that no row can have. Nothing was done.")
            return None
        return super().response_action(request, queryset, *args, **options)

    def has_view_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return bool(request.user.has_perm(self.view_permission))

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return False
