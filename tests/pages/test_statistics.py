"""Statistics: every number is that of plain SQL, and its link leads to a list of as many."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.support import variety
from tests.support.database import SCHEMA, sql, value
from tests.support.entries import add_entries, add_entry
from tests.support.pages import STATISTICS, Page, get, text_of

pytestmark = pytest.mark.django_db

WINDOWS = ("1 hour", "24 hours", "7 days")


def number(text: str) -> int:
    return int(text.replace(",", ""))


def tiles(page: Page) -> list[tuple[int, str]]:
    return [(number(text_of(tile.find("strong"))), tile.get("href", "")) for tile in page.all("a", class_="dlq-tile")]  # type: ignore[arg-type]


def lines(page: Page, caption: str) -> dict[str, list[tuple[int, str]]]:
    (table,) = [table for table in page.all("table") if text_of(table.find("caption")).startswith(caption)]  # type: ignore[arg-type]
    return {
        text_of(row.find("th")): [(number(text_of(link)), link.get("href", "")) for link in row.iter("a")]  # type: ignore[arg-type]
        for row in table.iter("tr")
        if row.find("td") is not None
    }


def counted(client: Client, link: str) -> int:
    """How many the list behind the link has, by its own counter."""
    page = Page.of(client.get(link))
    assert not page.all("ul", class_="dlq-problems"), link
    if "No failed job matches" in page.text:
        return 0
    counter = page.one("span", id="dlq-count").get("hx-get", "")
    return number(text_of(Page.of(client.get(counter)).all("strong")[0]))


def by_sql(where: str = "true") -> list[int]:
    columns = ", ".join(f"count(*) FILTER (WHERE failed_at >= now() - interval '{window}')" for window in WINDOWS)
    return list(sql(f"SELECT {columns} FROM {SCHEMA}.backfill_dlq WHERE failed_at <= now() AND ({where})")[0])


def fill_windows() -> None:
    variety.fill(150)
    sql(f"UPDATE {SCHEMA}.backfill_dlq SET failed_at = now() - id %% 50 * interval '90 minutes' WHERE id %% 3 > %s", 0)


def test_numbers_are_those_of_sql_when_the_page_opens(boss: Client) -> None:
    fill_windows()
    page = get(boss, STATISTICS)
    assert [count for count, _link in tiles(page)] == by_sql()
    assert len(set(by_sql())) == 3
    for task, cells in lines(page, "By task").items():
        assert [count for count, _link in cells] == by_sql(f"task_identifier = '{task}'"), task
    for queue, cells in lines(page, "By queue").items():
        assert [count for count, _link in cells] == by_sql(f"queue_name = '{'' if queue == 'no queue' else queue}'"), (
            queue
        )
    tasks = {
        task
        for (task,) in sql(
            f"SELECT DISTINCT task_identifier FROM {SCHEMA}.backfill_dlq WHERE failed_at >= now() - interval '7 days'"
        )
    }
    assert set(lines(page, "By task")) == tasks


@pytest.mark.parametrize(
    "query", ["", "?failure_count_min=5", "?failed_after=3d&task_identifier=sync%25", "?failed_before=2h"]
)
def test_each_number_leads_to_as_many_when_its_link_is_followed(boss: Client, query: str) -> None:
    fill_windows()
    page = get(boss, f"{STATISTICS}{query}")
    cells = [
        *tiles(page),
        *(cell for caption in ("By task", "By queue") for row in lines(page, caption).values() for cell in row),
    ]
    assert len(cells) > 10
    for count, link in cells:
        assert counted(boss, link) == count, link


def test_numbers_are_of_the_filter_when_one_is_active(boss: Client) -> None:
    fill_windows()
    page = get(boss, STATISTICS, task_identifier="send_email")
    assert [count for count, _link in tiles(page)] == by_sql("task_identifier = 'send_email'")
    assert "Failed jobs that match this filter" in page.text


def test_numbers_of_the_whole_table_are_the_librarys_when_shown(boss: Client) -> None:
    variety.fill(80)
    page = get(boss, STATISTICS, task_identifier="nobody")
    facts = {text_of(box[0]): text_of(box[1]) for box in page.one("dl", class_="dlq-facts")}
    assert facts["Failed jobs"] == "80"
    assert facts["Tasks"] == str(value(f"SELECT count(DISTINCT task_identifier) FROM {SCHEMA}.backfill_dlq"))
    assert facts["Queues"] == str(value(f"SELECT count(DISTINCT queue_name) FROM {SCHEMA}.backfill_dlq"))
    assert facts["Average failures"] == f"{value(f'SELECT avg(failure_count) FROM {SCHEMA}.backfill_dlq'):.2f}"
    assert facts["Requeues"] == str(value(f"SELECT sum(requeued_count) FROM {SCHEMA}.backfill_dlq"))
    for task, ((count, link),) in lines(page, "The tasks with the most").items():
        assert count == value(f"SELECT count(*) FROM {SCHEMA}.backfill_dlq WHERE task_identifier = %s", task)
        assert counted(boss, link) == count


def test_page_says_so_when_there_is_nothing(boss: Client) -> None:
    page = get(boss, STATISTICS)
    assert [count for count, _link in tiles(page)] == [0, 0, 0]
    assert "Nothing failed in the last 7 days." in page.text


def test_nothing_is_counted_and_a_sentence_says_why_when_the_filter_is_wrong(boss: Client) -> None:
    add_entry()
    page = get(boss, STATISTICS, task="x")
    assert page.all("ul", class_="dlq-problems")
    assert not tiles(page)


def test_number_of_queries_is_the_same_when_1_or_50_tasks_failed(boss: Client) -> None:
    counts = []
    for more in (1, 49):
        add_entries(more, task_identifier=f"'{more}t' || n")
        with CaptureQueriesContext(connection) as queries:
            get(boss, STATISTICS)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_count_button_keeps_the_filter_when_the_table_is_too_large_to_count_unasked(boss: Client) -> None:
    """In the table's place a view that takes longer than the one second that may be spent unasked, and no time otherwise."""
    add_entry()
    sql(f"ALTER TABLE {SCHEMA}.backfill_dlq RENAME TO real_dlq")
    sql(
        f"CREATE VIEW {SCHEMA}.backfill_dlq AS SELECT * FROM {SCHEMA}.real_dlq"
        " WHERE CASE current_setting('statement_timeout') WHEN '1s' THEN pg_sleep(60) IS NOT NULL ELSE true END"
    )
    page = get(boss, STATISTICS, failed_after="2020-01-01", failure_count_min="999")
    assert "Not counted: the table is large" in page.text
    (button,) = page.links("Count now")
    assert re.search(r"failure_count_min=999.*count=now", button)
    counted_page = Page.of(boss.get(f"{STATISTICS}{button}"))
    assert "Everything in the table" in counted_page.text
