"""The share of requeues that recovered is one number, wherever it is shown."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import call_command
from django.test import Client

from dlq.models import FailurePattern
from dlq.monitoring.metrics import exposition
from tests.support.database import sql
from tests.support.entries import add_entries
from tests.support.operations import requeue
from tests.support.pages import STATISTICS, get, operation_url
from tests.support.patterns import group_everything
from tests.support.statistics import tiles

pytestmark = pytest.mark.django_db

ENDS = ("recovered", "recovered", "recovered", "failed_again", "lost", "unknown", "gone", "")


def ended() -> int:
    """An operation whose jobs ended in all ways: 3 of the 5 whose end is known recovered."""
    ids = add_entries(len(ENDS), last_error="to_jsonb('Connection refused'::text)")
    group_everything()
    operation = requeue(*ids)
    group_everything()
    for entry, outcome in zip(ids, ENDS, strict=True):
        sql("UPDATE dlq_requeue SET outcome = %s WHERE entry_id = %s", outcome, entry)
    # The library removes entries, and others are not about this.
    sql("DELETE FROM graphile_worker.backfill_dlq WHERE id = %s", ids[0])
    return operation.pk


def test_pages_metrics_and_command_say_the_same(boss: Client) -> None:
    operation = ended()
    pattern = FailurePattern.objects.get().pk
    page = get(boss, operation_url(operation))
    assert (
        "60 % recovered of the 5 whose end is known (among all: 1 lost, 1 unknown, 1 recalled or replaced)" in page.text
    )
    for query in ({}, {"status": "open"}, {"task_identifier": "send_email"}, {"pattern": str(pattern)}):
        assert tiles(get(boss, STATISTICS, window="24h", **query))["of requeues recovered"] == "60 %", query
    page = get(boss, f"/admin/dlq/failurepattern/{pattern}/change/")
    assert "Of the 5 requeues that we know the end of, 3 finished and did not come back, 1 failed again" in page.text
    assert "1 failed and was lost (60 % recovered)" in page.text
    lines = exposition().decode().splitlines()
    for outcome, number in (("recovered", 3), ("failed_again", 1), ("lost", 1), ("unknown", 1), ("gone", 1)):
        assert f'backfill_admin_requeues{{outcome="{outcome}"}} {number}.0' in lines
    printed, as_json = io.StringIO(), io.StringIO()
    call_command("dlq_stats", stdout=printed)
    call_command("dlq_stats", "--json", stdout=as_json)
    assert "60 % of 5 requeues made here whose end is known" in printed.getvalue()
    assert json.loads(as_json.getvalue())["requeues_ended"]["lost"] == 1
