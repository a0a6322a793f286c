"""dlq_stats gives the numbers of the library's own query."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import call_command

from dlq import client
from tests.support import variety
from tests.support.database import SCHEMA, sql
from tests.support.entries import add_entry

pytestmark = pytest.mark.django_db

LIBRARY = f"""
    SELECT count(*) AS total_jobs, count(DISTINCT task_identifier) AS unique_tasks,
           count(DISTINCT queue_name) AS unique_queues, avg(failure_count)::float8 AS avg_failure_count,
           sum(requeued_count) AS total_requeued, min(failed_at) AS oldest_failure, max(failed_at) AS newest_failure
    FROM {SCHEMA}.backfill_dlq
"""
BREAKDOWN = f"""
    SELECT task_identifier, count(*) FROM {SCHEMA}.backfill_dlq
    GROUP BY task_identifier ORDER BY count(*) DESC, task_identifier LIMIT 10
"""


def test_numbers_are_the_librarys_when_the_table_is_varied() -> None:
    variety.fill()
    sql(f"UPDATE {SCHEMA}.backfill_dlq SET task_identifier = task_identifier || id %% 4 WHERE id %% 2 = %s", 0)
    stats = client.dlq_stats()
    ((total, tasks, queues, average, requeued, oldest, newest),) = sql(LIBRARY)
    assert tasks > 10
    assert (stats.total_jobs, stats.unique_tasks, stats.unique_queues) == (total, tasks, queues)
    assert stats.avg_failure_count == pytest.approx(average)
    assert (stats.total_requeued, stats.oldest_failure, stats.newest_failure) == (requeued, oldest, newest)
    assert stats.task_breakdown == sql(BREAKDOWN)
    assert len(stats.task_breakdown) == 10


def test_numbers_are_zero_when_the_table_is_empty() -> None:
    stats = client.dlq_stats()
    assert (stats.total_jobs, stats.unique_tasks, stats.unique_queues, stats.avg_failure_count) == (0, 0, 0, 0.0)
    assert (stats.total_requeued, stats.oldest_failure, stats.newest_failure, stats.task_breakdown) == (
        0,
        None,
        None,
        [],
    )


def test_command_prints_the_numbers_as_json_when_asked() -> None:
    variety.fill(30)
    out = StringIO()
    call_command("dlq_stats", "--json", stdout=out)
    printed = json.loads(out.getvalue())
    assert set(printed) == {
        "total_jobs",
        "unique_tasks",
        "unique_queues",
        "avg_failure_count",
        "total_requeued",
        "oldest_failure",
        "newest_failure",
        "task_breakdown",
        "as_of",
        "requeues_ended",
    }
    assert printed["total_jobs"] == 30
    newest = client.dlq_stats().newest_failure
    assert newest is not None
    assert printed["newest_failure"] == newest.isoformat().replace("+00:00", "Z")
    assert printed["task_breakdown"] == [list(line) for line in sql(BREAKDOWN)]


@pytest.mark.parametrize("count", [0, 30])
def test_command_prints_the_numbers_in_words_when_not_asked_for_json(count: int) -> None:
    variety.fill(count)
    out = StringIO()
    call_command("dlq_stats", stdout=out)
    assert f"Failed jobs:        {count}\n" in out.getvalue()


def test_command_prints_times_to_the_microsecond_as_json() -> None:
    add_entry(failed_at="2026-01-02 03:04:05.123456+00")
    out = StringIO()
    call_command("dlq_stats", "--json", stdout=out)
    assert json.loads(out.getvalue())["oldest_failure"] == "2026-01-02T03:04:05.123456Z"
