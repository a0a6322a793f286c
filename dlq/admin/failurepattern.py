"""The admin of failure patterns: found by the sorting, written about by people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse

from dlq.models import FailurePattern
from dlq.views import pattern, patterns
from dlq.views.page import acting

if TYPE_CHECKING:
    PatternAdmin = admin.ModelAdmin[FailurePattern]
else:
    PatternAdmin = admin.ModelAdmin


@admin.register(FailurePattern)
class FailurePatternAdmin(PatternAdmin):
    """Whoever may see failed jobs may see what they have in common; writing about it needs the right to write notes."""

    @acting
    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return patterns.show(self, request)

    @acting
    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return pattern.show(self, request, object_id)

    def has_view_permission(self, request: HttpRequest, obj: FailurePattern | None = None) -> bool:
        return request.user.has_perm("dlq.view_backfilldlq")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: FailurePattern | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: FailurePattern | None = None) -> bool:
        return False
