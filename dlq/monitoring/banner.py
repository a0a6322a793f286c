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
from dlq.monitoring.alerts import CRITICAL, Alert, Thresholds, alerts
from dlq.table.location import TABLE
from dlq.web.query_strings import query_string
from dlq.web.site_addresses import address_of

logger = logging.getLogger("dlq")

KEY = "dlq.alerts"
REMEMBERED_SECONDS = 20


def show(request: HttpRequest) -> HttpResponse:
    raised = current_alerts()
    critical = sum(alert.level == CRITICAL for alert, _link in raised)
    return TemplateResponse(request, "dlq/monitoring/alerts.html", {"alerts": raised, "critical": critical})


def current_alerts() -> list[tuple[Alert, str]]:
    """Each with the list of what it is about; as of at most REMEMBERED_SECONDS ago."""
    return [(one, _link(one)) for one in cache.get_or_set(KEY, _raised, REMEMBERED_SECONDS) or ()]


def _raised() -> list[Alert]:
    """None where looking takes longer than a page may."""
    raised = in_time(conf.STATEMENT_TIMEOUT, lambda: alerts(TABLE, Thresholds.configured()))
    if raised is None:
        logger.warning("looking for what to warn of took longer than %s s", conf.STATEMENT_TIMEOUT)
    return raised or []


def _link(alert: Alert) -> str:
    return address_of("dlq_backfilldlq_changelist") + query_string({STATUS: ONCE, **alert.filter})
