"""The status of a failed job in the list: live in its column, as stored in the filter, recovered ones hidden."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dlq.outcomes.settling import settle
from tests.support.database import SCHEMA, sql
from tests.support.entries import add_entries, add_entry
from tests.support.jobs import exhaust, fail, finish, jobs, start
from tests.support.operations import requeue
from tests.support.pages import LIST, Page, get, text_of

pytestmark = pytest.mark.django_db


def statuses(page: Page) -> list[str]:
    return [text_of(mark) for mark in page.all("span", class_="dlq-status")]


@pytest.mark.parametrize(
    ("happens", "says"),
    [
        (lambda job: None, "waiting"),
        (start, "running"),
        (fail, "being retried"),
        (exhaust, "failed again"),
        (finish, "recovered"),
    ],
)
def test_column_tells_the_state_of_this_moment_when_nothing_is_stored(boss: Client, happens: object, says: str) -> None:
    requeue(add_entry())
    happens(jobs()[0]["id"])  # type: ignore[operator]
    assert statuses(get(boss, LIST)) == [says]


def test_column_tells_what_the_table_knows_when_somebody_else_requeued(boss: Client) -> None:
    add_entry()
    known, again = add_entry(), add_entry()
    sql(f"UPDATE {SCHEMA}.backfill_dlq SET requeued_count = 1, last_requeued_at = failed_at WHERE id = %s", known)
    sql(
        f"UPDATE {SCHEMA}.backfill_dlq SET requeued_count = 1, last_requeued_at = failed_at - interval '1 h' WHERE id = %s",
        again,
    )
    assert statuses(get(boss, LIST)) == ["failed again", "requeued", "new"]


def test_recovered_entries_are_hidden_when_the_list_opens_and_a_click_shows_them(boss: Client) -> None:
    entries = add_entries(3)
    requeue(entries[0])
    finish(jobs()[0]["id"])
    settle(1)
    page = get(boss, LIST)
    assert sorted(page.entries) == entries[1:]
    (chip,) = page.all("span", class_="dlq-chip")
    assert text_of(chip).startswith("all but recovered")
    (remove,) = chip.iter("a")
    assert sorted(Page.of(boss.get(f"{LIST}{remove.get('href')}")).entries) == entries
    assert get(boss, LIST, status="recovered").entries == entries[:1]


def test_recovered_entries_are_hidden_when_another_filter_is_set(boss: Client) -> None:
    entries = add_entries(2)
    requeue(entries[0])
    finish(jobs()[0]["id"])
    settle(1)
    assert get(boss, LIST, task_identifier="send_email").entries == entries[1:]


def test_entry_is_shown_again_when_it_fails_after_it_recovered(boss: Client) -> None:
    entry = add_entry(job_key="k")
    requeue(entry)
    finish(jobs()[0]["id"])
    settle(1)
    assert get(boss, LIST).entries == []
    sql(f"UPDATE {SCHEMA}.backfill_dlq SET failed_at = clock_timestamp()")
    assert get(boss, LIST).entries == [entry]
    assert statuses(get(boss, LIST)) == ["failed again"]


def test_empty_list_says_why_when_all_have_recovered(boss: Client) -> None:
    requeue(add_entry())
    finish(jobs()[0]["id"])
    settle(1)
    page = get(boss, LIST)
    assert "except those that recovered" in page.text
    assert page.links("Show those too") == ["?status=any"]


def test_number_of_queries_is_the_same_for_1_and_50_requeued(boss: Client) -> None:
    counts = []
    for number in (1, 49):
        requeue(*add_entries(number))
        with CaptureQueriesContext(connection) as queries:
            get(boss, LIST)
        counts.append(len(queries))
    assert counts[0] == counts[1]
