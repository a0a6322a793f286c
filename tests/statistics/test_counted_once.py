"""A failure with several lives counts once: on the statistics page, in the alerts and in our own metrics. What bears the
library's name counts rows."""

from __future__ import annotations

import pytest
from django.test import Client

from dlq.client import dlq_stats
from dlq.db.statements import database_now
from dlq.monitoring.alerts import Thresholds, alerts
from dlq.monitoring.metrics import exposition
from dlq.table.location import TABLE
from tests.support.chains import add_chain
from tests.support.entries import add_entries
from tests.support.pages import LIST, STATISTICS, get

pytestmark = pytest.mark.django_db(transaction=True)


def test_statistics_count_it_once_and_their_links_lead_to_as_many(boss: Client) -> None:
    add_entries(2, failed_at="now()")
    add_chain(3, failed_at=database_now())
    page = get(boss, STATISTICS, window="1h")
    (total,) = page.links("3")[:1]
    assert len(get(boss, total).entries) == 3
    assert len(get(boss, LIST, status="any").entries) == 5
    assert get(boss, STATISTICS, window="1h", status="any").links("5")


def test_alerts_and_our_metrics_count_it_once_and_the_librarys_numbers_rows() -> None:
    add_chain(3, failed_at=database_now())
    limits = Thresholds.configured(critical_new_per_hour=1, critical_total=2)
    assert alerts(TABLE, limits) == []
    limits = Thresholds.configured(critical_new_per_hour=0, new_per_hour=0, critical_total=1)
    add_entries(1)
    assert len(alerts(TABLE, limits)) == 1
    text = exposition().decode()
    assert "backfill_admin_new_last_hour 2.0" in text
    assert "backfill_dlq_size 4.0" in text
    assert dlq_stats().total_jobs == 4
