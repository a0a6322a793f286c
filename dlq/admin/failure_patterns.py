"""The admin of failure patterns: found by the classifier, described by people."""

from __future__ import annotations

from django.urls import URLPattern

from dlq.admin.page_views import whole
from dlq.admin.read_only import ReadOnlyAdmin
from dlq.models import FailurePattern
from dlq.pattern_pages import pattern_list, pattern_page, regroup_page
from dlq.web.decorators import permits
from dlq.web.permissions import ANNOTATE_ENTRIES, VIEW_ENTRIES


class FailurePatternAdmin(ReadOnlyAdmin[FailurePattern]):
    """Who may see failed jobs may see what they have in common; describing it needs the right to write notes."""

    def get_urls(self) -> list[URLPattern]:
        return [self.at("<object_id>/regroup/", self.regroup_view, "regroup"), *super().get_urls()]

    changelist_view = whole(pattern_list.show, limited=False)
    change_view = whole(pattern_page.show, limited=False)
    regroup_view = whole(regroup_page.show, right=permits(VIEW_ENTRIES, ANNOTATE_ENTRIES))
