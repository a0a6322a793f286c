"""The small banner on list and statistics: what `dlq_stats --check` would raise. Loaded after the page."""

from __future__ import annotations

import logging

from django.contrib.admin import ModelAdmin
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.template.response import TemplateResponse
from django.urls import reverse

from dlq.conf import conf
from dlq.db import in_time
from dlq.filters.addresses import STATUS
from dlq.filters.outcomes import ANY
from dlq.models import BackfillDlq
from dlq.models.backfilldlq import TABLE
from dlq.services.statistics.alerts import Alert, Thresholds, alerts

logger = logging.getLogger("dlq")

KEY = "dlq.alerts"
REMEMBERED_SECONDS = 20


def show(model_admin: ModelAdmin[BackfillDlq], request: HttpRequest) -> HttpResponse:
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    return TemplateResponse(request, "dlq/alerts.html", {"alerts": [(one, _link(one)) for one in _alerts()]})


def _alerts() -> list[Alert]:
    """As of at most REMEMBERED_SECONDS ago; none where looking takes longer than a page may."""
    remembered: list[Alert] | None = cache.get(KEY)
    if remembered is not None:
        return remembered
    raised = in_time(conf.STATEMENT_TIMEOUT, lambda: alerts(TABLE, Thresholds.configured()))
    if raised is None:
        logger.warning("looking for what to warn of took longer than %s s", conf.STATEMENT_TIMEOUT)
        raised = []
    cache.set(KEY, raised, REMEMBERED_SECONDS)
    return raised


def _link(alert: Alert) -> str:
    query = QueryDict(mutable=True)
    query[STATUS] = ANY
    for name, value in alert.filter.items():
        query.setlist(name, [value] if isinstance(value, str) else value)
    return f"{reverse('admin:dlq_backfilldlq_changelist')}?{query.urlencode()}"
