"""Each chart and table as CSV: what the page shows, whole, and harmless in a spreadsheet."""

from __future__ import annotations

import csv
from datetime import datetime, timedelta
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.support import variety
from tests.support.database import SCHEMA, sql
from tests.support.entries import add_entries, add_entry
from tests.support.pages import STATISTICS, get
from tests.support.people import client_of, make_user
from tests.support.statistics import cells

pytestmark = pytest.mark.django_db


def download(client: Client, **parameters: str) -> list[list[str]]:
    response = client.get(STATISTICS, parameters)
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == f'attachment; filename="failed-jobs-by-{parameters["table"]}.csv"'
    return list(csv.reader(StringIO(response.content.decode(), newline="")))


def test_links_are_on_the_page_when_there_is_something(boss: Client) -> None:
    add_entry()
    links = get(boss, STATISTICS, window="30d", task_identifier="send_email").links("CSV")
    assert [link.rpartition("table=")[2] for link in links] == [
        "time",
        "hour",
        "task_identifier",
        "queue_name",
        "pattern",
        "priority",
    ]
    for link in links:
        assert boss.get(f"{STATISTICS}{link}")["Content-Type"].startswith("text/csv")


def test_all_values_are_in_it_when_the_page_has_the_largest_only(boss: Client) -> None:
    add_entries(25, task_identifier="'task ' || n", failure_count="n")
    head, *rows = download(boss, table="task_identifier")
    assert head[0] == "task_identifier"
    assert {(row[0], row[1], row[2], row[3]) for row in rows} == {
        (f"task {n}", "1", "0.0400", f"{n:.2f}") for n in range(1, 26)
    }
    assert {datetime.fromisoformat(row[4]).utcoffset() for row in rows} == {timedelta(0)}


def test_numbers_are_those_of_the_page_when_both_are_read(boss: Client) -> None:
    variety.fill(60)
    shown = cells(get(boss, STATISTICS, window="30d", by="queue_name"), "Failed jobs over time")
    _head, *rows = download(boss, table="time", window="30d", by="queue_name")
    assert [row[2:] for row in rows] == list(shown.values())


def test_hours_of_the_week_are_all_there_when_downloaded(boss: Client) -> None:
    add_entries(9)
    _head, *rows = download(boss, table="hour")
    assert len(rows) == 7 * 24
    assert sum(int(row[2]) for row in rows) == 9


def test_formula_is_made_harmless_when_a_task_is_one(boss: Client) -> None:
    for task in ("=1+1", "@x", "-2+3", "\tx"):
        add_entry(task_identifier=task)
    add_entry(priority=-5)
    assert {row[0] for row in download(boss, table="task_identifier")[1:]} == {
        "'=1+1",
        "'@x",
        "'-2+3",
        "'\tx",
        "send_email",
    }
    assert {row[0] for row in download(boss, table="priority")[1:]} == {"0", "-5"}


@pytest.mark.parametrize("table", ["nothing", "payload", "hour"])
def test_answer_is_not_found_when_there_is_no_such_table(boss: Client, table: str) -> None:
    add_entry()
    assert boss.get(STATISTICS, {"table": table, "window": "1h"}).status_code == 404


def test_page_says_why_when_the_filter_is_wrong(boss: Client) -> None:
    response = boss.get(STATISTICS, {"table": "time", "failed_after": "soon"})
    assert response["Content-Type"].startswith("text/html")


def test_nothing_is_told_when_somebody_may_not_view(viewer: User) -> None:
    assert client_of(viewer).get(STATISTICS, {"table": "time"}).status_code == 200
    assert client_of(make_user("requeue_backfilldlq")).get(STATISTICS, {"table": "time"}).status_code == 403
    assert sql(f"SELECT count(*) FROM {SCHEMA}.backfill_dlq") == [(0,)]
