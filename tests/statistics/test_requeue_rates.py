"""The recovered rate counts requeues, also of entries that are gone, in the window and the previous period."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.http import QueryDict
from django.test import Client

from dlq.db.statements import database_now
from dlq.filters import DlqFilterSet
from dlq.models import Requeue
from dlq.outcomes.recovery_rate import Recovery
from dlq.statistics.requeue_rates import RequeueTally, WindowRecovery, recovery
from dlq.statistics.window import Window
from tests.support.database import SCHEMA, sql
from tests.support.entries import add_entry
from tests.support.operations import requeue
from tests.support.pages import STATISTICS, get
from tests.support.statistics import cells, tiles

pytestmark = pytest.mark.django_db

RECOVERED, AGAIN, GONE = Requeue.Outcome.RECOVERED, Requeue.Outcome.FAILED_AGAIN, Requeue.Outcome.GONE


def requeued(outcome: str, *, ago: str = "1 hour", **columns: object) -> int:
    """An entry that was requeued so long ago, with what became of the job."""
    entry = add_entry(**columns)
    requeue(entry)
    sql(
        f"UPDATE dlq_requeue SET outcome = %s, created_at = now() - interval '{ago}' WHERE entry_id = %s",
        outcome,
        entry,
    )
    return entry


def tally(recovered: int, failed_again: int) -> RequeueTally:
    return RequeueTally(Recovery(recovered, failed_again))


def found(query: str = "", hours: int = 24) -> WindowRecovery:
    return recovery(
        DlqFilterSet(QueryDict(query)),
        Window.ending(database_now(), timedelta(hours=hours)),
    )


def test_requeues_whose_end_is_known_are_counted_when_some_are_under_way() -> None:
    for outcome in (RECOVERED, RECOVERED, AGAIN, GONE, ""):
        requeued(outcome)
    requeued(RECOVERED, ago="30 hours")
    requeued(AGAIN, ago="47 hours")
    requeued(AGAIN, ago="49 hours")
    assert found().total == RequeueTally(
        Recovery(recovered=2, failed_again=1, gone=1), Recovery(recovered=1, failed_again=1)
    )


def test_values_are_those_of_the_entry_when_it_is_gone() -> None:
    requeued(RECOVERED, task_identifier="a", queue_name="q", priority=3)
    requeued(AGAIN, task_identifier="b", queue_name="", priority=-5)
    sql(f"DELETE FROM {SCHEMA}.backfill_dlq WHERE priority >= %s", -5)
    by_value = found().by_value
    assert by_value["task_identifier"] == {"a": tally(1, 0), "b": tally(0, 1)}
    assert by_value["queue_name"] == {"q": tally(1, 0), "": tally(0, 1)}
    assert by_value["priority"] == {"3": tally(1, 0), "-5": tally(0, 1)}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("task_identifier=a", (1, 0)),
        ("task_identifier=a&task_identifier=b", (1, 1)),
        ("queue_name=-", (0, 1)),
        ("priority_min=3", (1, 0)),
        ("priority_max=3&status=any", (1, 1)),
    ],
)
def test_gone_entries_count_when_the_filter_is_about_what_is_kept(query: str, expected: tuple[int, int]) -> None:
    requeued(RECOVERED, task_identifier="a", queue_name="q", priority=3)
    requeued(AGAIN, task_identifier="b", queue_name="", priority=-5)
    sql(f"DELETE FROM {SCHEMA}.backfill_dlq WHERE priority >= %s", -5)
    assert found(query).total == tally(*expected)
    assert not found(query).of_entries_only


def test_only_entries_in_the_table_count_when_the_filter_asks_for_more() -> None:
    requeued(RECOVERED, failure_count=9)
    requeued(AGAIN, failure_count=1)
    gone = requeued(RECOVERED, failure_count=9)
    sql(f"DELETE FROM {SCHEMA}.backfill_dlq WHERE id = %s", gone)
    assert found("failure_count_min=5").total == tally(1, 0)
    assert found("failure_count_min=5").of_entries_only


def test_requeues_of_before_the_columns_were_kept_count_in_the_total_only() -> None:
    requeued(RECOVERED)
    sql("UPDATE dlq_requeue SET queue_name = NULL, priority = NULL")
    assert found().total == tally(1, 0)
    assert set(found().by_value["queue_name"]) == {None}


def test_page_shows_the_rate_when_there_is_one(boss: Client) -> None:
    for outcome in (RECOVERED, RECOVERED, AGAIN):
        requeued(outcome)
    page = get(boss, STATISTICS, window="24h")
    assert tiles(page)["of requeues recovered"] == "66.7 %"
    assert "2 of 3 whose end is known" in page.text
    assert cells(page, "By task")["send_email"][7] == "66.7 %"


def test_page_shows_no_rate_when_nothing_is_known(boss: Client) -> None:
    requeued("")
    assert tiles(get(boss, STATISTICS, window="24h"))["of requeues recovered"] == "–"


def test_status_of_the_filter_changes_no_rate(boss: Client) -> None:
    """The list hides what recovered, and its filter leads to the statistics."""
    for outcome in (RECOVERED, RECOVERED, AGAIN):
        requeued(outcome)
    for status in ("open", "recovered", "failed_again", "new"):
        assert tiles(get(boss, STATISTICS, window="24h", status=status))["of requeues recovered"] == "66.7 %"


def test_lost_jobs_count_as_failures_and_unknown_ones_as_nothing(boss: Client) -> None:
    for outcome in (RECOVERED, RECOVERED, AGAIN, "lost", "unknown", GONE):
        requeued(outcome)
    page = get(boss, STATISTICS, window="24h")
    assert tiles(page)["of requeues recovered"] == "50 %"
    assert "2 of 4 whose end is known (besides: 1 lost, 1 unknown, 1 recalled or replaced)" in page.text
