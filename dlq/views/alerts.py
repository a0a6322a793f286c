"""The small banner on list and statistics: what `dlq_stats --check` would raise. Loaded after the page."""

from __future__ import annotations

import logging

from django.contrib.admin import ModelAdmin
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.template.response import TemplateResponse
from django.urls import reverse
from psycopg.errors import QueryCanceled

from dlq.conf import conf
from dlq.db import time_limit
from dlq.filters.filterset import STATUS
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
    try:
        with time_limit(conf.STATEMENT_TIMEOUT):
            raised = alerts(TABLE, Thresholds.configured())
    except OperationalError as error:
        if not isinstance(error.__cause__, QueryCanceled):
            raise
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
