"""What is shown where a page's query was cancelled: which filter makes it slow, and what is faster, the filters kept."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, QueryDict
from django.template.response import TemplateResponse
from django.utils import timezone

from dlq.conf import conf
from dlq.db.limits import in_time
from dlq.filters import DlqFilterSet
from dlq.web.permissions import sees_masked
from dlq.web.query_strings import query_string

NARROWER = (
    ("last 24 hours", "24h", timedelta(hours=24)),
    ("last hour", "1h", timedelta(hours=1)),
    ("last 5 minutes", "5m", timedelta(minutes=5)),
)


def too_slow_page(site: admin.AdminSite, request: HttpRequest) -> HttpResponse:
    filterset = DlqFilterSet(request.GET, also_known=request.GET, sees_all=sees_masked(request.user))
    query = QueryDict(filterset.query)
    # The filters that are to blame; none where even the catalogue does not answer in time.
    slow = in_time(conf.STATEMENT_TIMEOUT, lambda: filterset.without_index) or []
    label, age = _narrower(filterset)
    context = {
        **site.each_context(request),
        "title": "This takes too long",
        "seconds": conf.STATEMENT_TIMEOUT,
        "filterset": filterset,
        "slow": filterset.words_of(slow),
        "faster": query_string(dict.fromkeys(slow), query) if slow else "",
        "narrower_label": label,
        "narrower": query_string({"failed_after": age}, query) if age else "",
    }
    return TemplateResponse(request, "dlq/listing/too_slow.html", context).render()


def _narrower(filterset: DlqFilterSet) -> tuple[str, str]:
    """The longest of a few windows of time that is narrower than the filter's own: its label and its age."""
    after = [moment for name, _c, _t, moments in filterset.given if name == "failed_after" for moment in moments]
    for label, age, length in NARROWER:
        # What is only a little longer (the same age, a moment ago) would be no help.
        if not after or min(after) < timezone.now() - 1.1 * length:
            return label, age
    return "", ""
