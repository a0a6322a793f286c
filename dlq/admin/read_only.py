"""What the admins here have in common: rows are looked at, never added, changed or deleted through Django's own forms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path

from dlq.faults.answers import explained
from dlq.listing.too_slow import too_slow_page
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

    def too_slow(self, request: HttpRequest) -> HttpResponse:
        """For the page decorator: what is shown where a query was cancelled."""
        return too_slow_page(self.admin_site, request)

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
