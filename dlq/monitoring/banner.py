"""The small banner on list and statistics: what `dlq_stats --check` would raise. Loaded after the page."""

from __future__ import annotations

import logging

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from dlq.conf import conf
from dlq.db.limits import in_time
from dlq.filters.addresses import STATUS
from dlq.filters.status import ONCE
from dlq.monitoring.alerts import Alert, Thresholds, alerts
from dlq.table.location import TABLE
from dlq.web.query_strings import query_string
from dlq.web.site_addresses import address_of

logger = logging.getLogger("dlq")

KEY = "dlq.alerts"
REMEMBERED_SECONDS = 20


def show(request: HttpRequest) -> HttpResponse:
    return TemplateResponse(request, "dlq/monitoring/alerts.html", {"alerts": current_alerts()})


def current_alerts() -> list[tuple[Alert, str]]:
    """Each with the list of what it is about."""
    return [(one, _link(one)) for one in _alerts()]


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
    return address_of("dlq_backfilldlq_changelist") + query_string({STATUS: ONCE, **alert.filter})
