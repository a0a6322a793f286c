"""The stored numbers of the whole table are exactly the library's at their time, and kept fresh by the caretaker."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client

from dlq.caretaker.duties import DUTIES
from dlq.models import TableSnapshot
from dlq.monitoring import snapshot
from dlq.monitoring.snapshot import newest_snapshot, take_snapshot
from tests.monitoring.test_totals import BREAKDOWN, LIBRARY
from tests.support import variety
from tests.support.database import SCHEMA, another_connection, sql, value
from tests.support.entries import add_entries, add_entry
from tests.support.pages import LIST, STATISTICS, Page, get, text_of
from tests.support.people import client_of
from tests.support.statistics import counted, numbers

pytestmark = pytest.mark.django_db

COUNT = f"{STATISTICS}count/"


def facts(page: Page) -> dict[str, str]:
    return {text_of(box[0]): text_of(box[1]) for box in page.one("dl", class_="dlq-facts")}


def test_numbers_are_the_librarys_when_taken() -> None:
    variety.fill()
    taken = take_snapshot()
    assert taken is not None
    ((total, tasks, queues, average, requeued, oldest, newest),) = sql(LIBRARY)
    stored = newest_snapshot()
    assert stored == taken
    assert (stored.total_jobs, stored.unique_tasks, stored.unique_queues) == (total, tasks, queues)
    assert stored.avg_failure_count == pytest.approx(average)
    assert (stored.total_requeued, stored.oldest_failure, stored.newest_failure) == (requeued, oldest, newest)
    assert [tuple(pair) for pair in stored.task_breakdown] == sql(BREAKDOWN)


def test_only_the_newest_is_kept_when_taken_again() -> None:
    take_snapshot()
    add_entry()
    take_snapshot()
    assert [kept.total_jobs for kept in TableSnapshot.objects.all()] == [1]


@pytest.mark.django_db(transaction=True)
def test_nothing_is_counted_twice_at_once_when_another_counts() -> None:
    with another_connection() as other:
        other.execute(snapshot.LOCK)
        assert take_snapshot() is None
    assert take_snapshot() is not None


@pytest.mark.django_db(transaction=True)
def test_caretaker_takes_one_when_it_looks_around() -> None:
    add_entries(3)
    call_command("dlq_caretaker", "--once", verbosity=0)
    assert newest_snapshot().total_jobs == 3  # type: ignore[union-attr]
    (duty,) = [duty for duty in DUTIES if duty.do is snapshot.count_the_table]
    assert duty.every == snapshot.EVERY_SECONDS


@pytest.mark.django_db(transaction=True)
def test_caretaker_continues_when_counting_takes_too_long() -> None:
    with another_connection() as other:
        other.execute(f"LOCK TABLE {SCHEMA}.backfill_dlq IN ACCESS EXCLUSIVE MODE")
        assert snapshot.count_the_table(seconds=0.2) == 0


def test_page_shows_what_is_cheap_when_nothing_was_counted_yet(boss: Client) -> None:
    add_entries(5)
    page = get(boss, STATISTICS)
    assert "Not counted yet" in page.text
    assert facts(page)["Failed jobs, estimated"].startswith("about ")
    assert facts(page)["Newest failure"] != "none"


def test_numbers_and_their_time_are_shown_when_somebody_counts_now(boss: Client) -> None:
    variety.fill(80)
    page = Page.of(boss.post(f"{COUNT}?task_identifier=nobody", follow=True))
    assert page.response.redirect_chain == [(f"{STATISTICS}?task_identifier=nobody", 302)]
    assert "As of" in page.text
    assert facts(page)["Failed jobs"] == "80"
    assert facts(page)["Average failures"] == f"{value(f'SELECT avg(failure_count) FROM {SCHEMA}.backfill_dlq'):.2f}"
    assert facts(page)["Requeues"] == str(value(f"SELECT sum(requeued_count) FROM {SCHEMA}.backfill_dlq"))
    for task, (number,) in numbers(page, "The tasks with the most").items():
        assert number.count == value(f"SELECT count(*) FROM {SCHEMA}.backfill_dlq WHERE task_identifier = %s", task)
        assert counted(boss, number.link) == number.count


def test_nothing_is_counted_when_the_address_is_only_looked_at(boss: Client, viewer: User) -> None:
    assert boss.get(COUNT).status_code == 405
    assert newest_snapshot() is None
    assert client_of(viewer).post(COUNT).status_code == 302
    assert newest_snapshot() is not None


@pytest.mark.django_db(transaction=True)
def test_sentence_says_so_when_the_table_is_too_large_to_count_now(superuser: User, settings: object) -> None:
    settings.DLQ_STATEMENT_TIMEOUT = 0.2  # type: ignore[attr-defined]
    client = client_of(superuser)
    with another_connection() as other:
        other.execute(f"LOCK TABLE {SCHEMA}.backfill_dlq IN ACCESS EXCLUSIVE MODE")
        client.post(COUNT)
    assert any("too large to be counted" in message for message in get(client, LIST).messages)
    assert newest_snapshot() is None
