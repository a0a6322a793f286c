"""The admin of failure patterns: found by the classifier, described by people."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from dlq.admin.read_only import ReadOnlyAdmin
from dlq.models import FailurePattern
from dlq.pattern_pages import pattern_list, pattern_page
from dlq.web.decorators import page


class FailurePatternAdmin(ReadOnlyAdmin[FailurePattern]):
    """Who may see failed jobs may see what they have in common; describing it needs the right to write notes."""

    @page(limited=False)
    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return pattern_list.show(self, request)

    @page(limited=False)
    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return pattern_page.show(self, request, object_id)
