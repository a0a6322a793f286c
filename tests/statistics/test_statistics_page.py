"""The statistics page: every number says what it counts, is that of plain SQL, and leads to a list of as many."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dlq.models import BackfillDlq
from tests.filters.filter_cases import CASES, ONCE
from tests.support import variety
from tests.support.database import SCHEMA, sql, value
from tests.support.entries import add_entries, add_entry
from tests.support.operations import operate
from tests.support.pages import STATISTICS, SVG, Page, get
from tests.support.patterns import group_everything
from tests.support.people import client_of
from tests.support.statistics import Number, cells, counted, drawn, number, numbers, tile_links, tiles

pytestmark = pytest.mark.django_db

DLQ = f"{SCHEMA}.backfill_dlq"
CAPTIONS = {"task_identifier": "By task", "queue_name": "By queue", "pattern": "By pattern", "priority": "By priority"}
WAS_REQUEUED = CASES["requeued"]["yes"]
LENGTHS = {"1h": "1 hour", "24h": "24 hours", "7d": "7 days", "30d": "30 days"}


def fill() -> None:
    """Entries of the last three weeks, some of them requeued, most of them sorted into patterns."""
    variety.fill(150)
    sql(
        f"UPDATE {DLQ} e SET failed_at = now() - CASE WHEN n %% 7 = %s THEN interval '3 minutes' * n"
        " ELSE interval '10 hours' * (n %% 50) END"
        f" FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM {DLQ}) numbered WHERE numbered.id = e.id AND n %% 5 > 0",
        0,
    )
    group_everything()
    sql(f"UPDATE {DLQ} SET failed_at = failed_at - (id %% 4 - 1) * interval '1 second' WHERE id %% %s = 0", 5)


@pytest.mark.parametrize("window", LENGTHS)
def test_numbers_are_those_of_sql_when_a_window_is_chosen(boss: Client, window: str) -> None:
    fill()
    page = get(boss, STATISTICS, window=window, by="queue_name")
    inside = f"failed_at BETWEEN now() - interval '{LENGTHS[window]}' AND now() AND {ONCE}"
    total = value(f"SELECT count(*) FROM {DLQ} WHERE {inside}")
    assert total > 2
    assert number(tiles(page)["failed jobs"]) == total
    assert number(tiles(page)["of them requeued"]) == value(
        f"SELECT count(*) FROM {DLQ} WHERE {inside} AND {WAS_REQUEUED}"
    )
    for column in ("task_identifier", "queue_name", "priority"):
        found = sql(
            f"SELECT {column}::text, count(*), avg(failure_count)::float8, count(*) FILTER (WHERE {WAS_REQUEUED})"
            f" FROM {DLQ} WHERE {inside} GROUP BY 1"
        )
        shown = cells(page, CAPTIONS[column])
        assert {(name, int(row[0]), row[4], int(row[6])) for name, row in shown.items()} == {
            (name or "no queue", entries, f"{average:.1f}", requeued) for name, entries, average, requeued in found
        }


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?window=24h&by=queue_name",
        "?window=30d&by=pattern",
        "?by=pattern&failed_after=20d&queue_name=bills&queue_name=default",
        "?window=30d&by=priority&failure_count_min=5",
        "?failed_after=3d&task_identifier=sync%25&task_identifier=send_email",
        "?failed_before=2h&window=24h",
        "?failed_after=2026-03-01&failed_before=2026-03-01",
        "?q=refused&requeued=no",
        "?weekday_hour={hour}&window=30d",
    ],
)
def test_each_number_leads_to_as_many_when_its_link_is_followed(boss: Client, query: str) -> None:
    fill()
    hour = value(
        f"SELECT to_char(failed_at AT TIME ZONE 'UTC', 'dy-HH24') FROM {DLQ} WHERE failed_at < now()"
        " ORDER BY failed_at DESC LIMIT 1"
    )
    page = get(boss, f"{STATISTICS}{query.format(hour=hour)}")
    found = list(linked(page))
    assert len(found) > 10
    for one in Random(7).sample(found, min(len(found), 40)):
        assert counted(boss, one.link) == one.count, one


def linked(page: Page) -> Iterator[Number]:
    links = tile_links(page)
    for label in ("failed jobs", "of them requeued"):
        if label in links:
            yield Number(number(tiles(page)[label]), links[label])
    for caption in (*CAPTIONS.values(), "Failed jobs over time"):
        for row in numbers(page, caption).values():
            yield from row
    yield from drawn(page)


def test_oldest_and_newest_lead_to_their_entry_when_followed(boss: Client) -> None:
    add_entry(failed_at="2026-03-01 00:00Z", requeued_count=1)
    add_entry(failed_at="2026-03-01 00:01Z")
    add_entry(failed_at="2026-03-01 00:02Z", requeued_count=1)
    page = get(boss, STATISTICS, failed_after="2026-03-01", failed_before="2026-03-01")
    links = tile_links(page)
    assert [entry.failed_at.minute for entry in listed(boss, links["oldest not yet requeued"])] == [1]
    assert [entry.failed_at.minute for entry in listed(boss, links["newest"])] == [2]


def listed(client: Client, link: str) -> list[BackfillDlq]:
    return list(client.get(link, follow=True).context["cl"].result_list)


def test_change_is_told_against_the_period_before_when_there_was_one(boss: Client) -> None:
    add_entries(3, failed_at="now() - n * interval '1 minute'")
    add_entries(2, failed_at="now() - interval '90 minutes'", task_identifier="'other'")
    page = get(boss, STATISTICS, window="1h")
    assert "▲ 50 %, 2 in the previous period" in page.text
    assert cells(page, "By task")["send_email"][3] == "new"


def test_numbers_are_of_the_filter_when_one_is_active(boss: Client) -> None:
    fill()
    page = get(boss, STATISTICS, task_identifier="send_email")
    assert set(cells(page, "By task")) == {"send_email"}
    assert "Failed jobs that match this filter" in page.text
    assert "All failed jobs in the table" in get(boss, STATISTICS).text


def test_filters_times_are_the_window_when_it_has_some(boss: Client) -> None:
    add_entries(5, failed_at="'2026-03-01 12:00Z'::timestamptz + n * interval '1 hour'")
    page = get(boss, STATISTICS, failed_after="2026-03-01T14:00Z", failed_before="2026-03-01T16:00Z")
    assert tiles(page)["failed jobs"] == "3"
    assert "The filter’s times" in page.text
    (link,) = page.links("Last 24 hours")
    assert link == "?window=24h"


def test_repeated_failures_have_a_ready_view_when_there_are_some(boss: Client) -> None:
    add_entries(4, failure_count="4 + n", failed_at="now() - n * interval '1 hour'")
    add_entries(1, failure_count="9", failed_at="now() - interval '25 hours'")
    page = get(boss, STATISTICS, window="1h")
    (link,) = page.links("3 failed more than 5 times, last within 24 hours")
    assert counted(boss, link) == 3


def test_sentence_says_so_when_there_is_nothing(boss: Client) -> None:
    page = get(boss, STATISTICS)
    assert "Nothing failed in this time." in page.text
    assert tiles(page)["failed jobs"] == "0"


def test_page_is_whole_when_there_is_one_entry(boss: Client) -> None:
    add_entry(failed_at="2026-03-29 01:30Z")
    page = get(boss, STATISTICS, failed_after="2026-03-25", failed_before="2026-03-30")
    assert tiles(page)["failed job"] == "1"
    assert cells(page, "By task")["send_email"][:3] == ["1", "", "100 %"]
    assert {one.count for one in drawn(page) if one.link} >= {1}


@pytest.mark.parametrize("query", ["task=x", "window=2d", "by=payload", "failed_after=soon"])
def test_nothing_is_counted_and_a_sentence_says_why_when_something_is_wrong(boss: Client, query: str) -> None:
    add_entry()
    page = get(boss, f"{STATISTICS}?{query}")
    assert page.all("ul", class_="dlq-problems")
    assert not tiles(page)


@pytest.mark.parametrize(
    "query",
    [
        "failed_after=2026-03-02&failed_before=2026-03-01",
        "failed_after=0001-01-01",
        "failed_before=0001-01-02",
        "failed_after=9999-12-31",
        "failed_after=2026-03-01T00:00Z&failed_before=2026-03-01T00:00Z",
        "failed_after=2000-01-01&window=1h",
    ],
)
def test_page_opens_when_the_times_are_odd(boss: Client, query: str) -> None:
    add_entry()
    page = get(boss, f"{STATISTICS}?{query}")
    assert page.status == 200
    assert not page.all("ul", class_="dlq-problems")


def test_number_of_queries_is_the_same_when_1_or_50_tasks_failed(boss: Client) -> None:
    counts = []
    for more in (1, 49):
        add_entries(more, task_identifier=f"'{more}t' || n", requeued_count="n")
        with CaptureQueriesContext(connection) as queries:
            get(boss, STATISTICS)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_largest_are_shown_and_the_number_of_all_when_there_are_many(boss: Client) -> None:
    add_entries(10_000, task_identifier="'task ' || n", failed_at="now() - n * interval '1 second'")
    add_entries(3, task_identifier="'big'")
    page = get(boss, STATISTICS)
    shown = cells(page, "By task: the 10 largest of 10,001")
    assert len(shown) == 10
    assert next(iter(shown)) == "big"
    assert "10,001" in tiles(page).values()
    assert "9,995 others" in page.text


def test_operations_are_marked_when_somebody_may_see_them(boss: Client, viewer: User) -> None:
    entries = [add_entry(), add_entry()]
    operate("requeue", entries, actor="anna")
    operate("note", entries[:1], note="one entry is no bulk operation")
    sql("UPDATE dlq_bulkoperation SET created_at = now() - interval '1 hour'")
    page = get(boss, STATISTICS, window="24h")
    assert cells(page, "What people did in this time").keys() == {f"Requeue #{marked(page)} by anna: 2 done"}
    assert len(page.all(f"{SVG}a", class_="dlq-marker")) == 1
    assert not get(client_of(viewer), STATISTICS, window="24h").all(f"{SVG}a", class_="dlq-marker")


def marked(page: Page) -> str:
    (mark,) = page.all(f"{SVG}a", class_="dlq-marker")
    return mark.get("href", "").split("/")[-3]


def test_page_stays_usable_when_counting_takes_too_long(boss: Client, settings: object) -> None:
    """In the table's place a view that takes longer than a page may for what the chart counts."""
    settings.DLQ_STATEMENT_TIMEOUT = 0.3  # type: ignore[attr-defined]
    add_entry()
    sql(f"ALTER TABLE {DLQ} RENAME TO real_dlq")
    sql("CREATE FUNCTION slowly(integer) RETURNS integer STABLE LANGUAGE sql AS 'SELECT $1 FROM pg_sleep(60)'")
    sql(
        f"CREATE VIEW {DLQ} AS SELECT id, original_job_id, task_identifier, payload, queue_name, priority, job_key,"
        " max_attempts, failure_reason, last_error, original_created_at, original_run_at, failed_at, requeued_count,"
        " last_requeued_at, notes, slowly(failure_count) AS failure_count"
        f" FROM {SCHEMA}.real_dlq"
    )
    page = get(boss, STATISTICS, task_identifier="send_email")
    assert page.status == 200
    assert "Counting this took longer than" in page.text
    assert page.links("Last hour") == ["?task_identifier=send_email&window=1h"]
    assert page.buttons >= {"Filter", "Count now"}


def test_recovered_entries_are_in_the_lists_when_they_are_in_the_numbers(boss: Client) -> None:
    """The list by itself would hide them."""
    entries = add_entries(3, failed_at="now() - interval '1 hour'")
    operate("requeue", entries[:2])
    sql("UPDATE dlq_requeue SET outcome = 'recovered', settled_at = now()")
    sql(f"DELETE FROM {SCHEMA}._private_jobs")
    page = get(boss, STATISTICS, window="24h")
    assert tiles(page)["failed jobs"] == "3"
    assert counted(boss, tile_links(page)["failed jobs"]) == 3
    (link,) = (
        Page.of(boss.get(STATISTICS, {"window": "24h", "status": "recovered"}, follow=True))
        .all("li", class_="dlq-tile")[0]
        .iter("a")
    )
    assert counted(boss, link.get("href", "")) == 2
