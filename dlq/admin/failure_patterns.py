"""The admin of failure patterns: found by the classifier, described by people."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern

from dlq.admin.read_only import ReadOnlyAdmin
from dlq.models import FailurePattern
from dlq.pattern_pages import pattern_list, pattern_page, regroup_page
from dlq.web.decorators import page, permits
from dlq.web.permissions import ANNOTATE_ENTRIES, VIEW_ENTRIES


class FailurePatternAdmin(ReadOnlyAdmin[FailurePattern]):
    """Who may see failed jobs may see what they have in common; describing it needs the right to write notes."""

    @page(limited=False)
    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return pattern_list.show(self, request)

    def get_urls(self) -> list[URLPattern]:
        return [self.at("<object_id>/regroup/", self.regroup_view, "regroup"), *super().get_urls()]

    @page(right=permits(VIEW_ENTRIES, ANNOTATE_ENTRIES))
    def regroup_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return regroup_page.show(self, request, object_id)

    @page(limited=False)
    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return pattern_page.show(self, request, object_id)
