"""What every page has: the viewer's clock, an end to each query, an answer for the load balancer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.support.database import SCHEMA, another_connection
from tests.support.entries import add_entry
from tests.support.jobs import jobs
from tests.support.operations import requeue
from tests.support.pages import LIST, STATISTICS, ask, entry_url, get, history_url, operation_url
from tests.support.people import client_of


@contextmanager
def locked_table(name: str = f"{SCHEMA}.backfill_dlq") -> Iterator[None]:
    """As an ALTER TABLE of the owner does: whoever reads it waits."""
    with another_connection() as other:
        other.execute(f"LOCK TABLE {name} IN ACCESS EXCLUSIVE MODE")
        yield


@pytest.mark.django_db(transaction=True)
def test_friendly_page_is_shown_when_an_operations_page_takes_too_long(superuser: User, settings: object) -> None:
    operation = requeue(add_entry())
    settings.DLQ_STATEMENT_TIMEOUT = 0.2  # type: ignore[attr-defined]
    client = client_of(superuser)
    with locked_table("dlq_operationentry"):
        page = get(client, operation_url(operation.pk))
    assert page.title.startswith("This takes too long")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("address", [LIST, STATISTICS])
def test_friendly_page_keeps_the_filter_when_a_page_takes_too_long(
    superuser: User, settings: object, address: str
) -> None:
    settings.DLQ_STATEMENT_TIMEOUT = 0.2  # type: ignore[attr-defined]
    client = client_of(superuser)
    with locked_table():
        page = get(client, address, task_identifier="send_email", queue_name="-", o="1")
    assert page.status == 200
    assert page.title.startswith("This takes too long")
    assert "Task is send_email" in page.text
    (narrower,) = page.links("Look at the last 24 hours only")
    assert narrower == "?task_identifier=send_email&queue_name=-&failed_after=24h"
    assert page.links("Try again") == [f"{address}?task_identifier=send_email&queue_name=-&o=1"]


@pytest.mark.django_db(transaction=True)
def test_friendly_page_names_the_filter_that_no_index_answers_when_it_is_to_blame(
    superuser: User, settings: object
) -> None:
    settings.DLQ_STATEMENT_TIMEOUT = 1  # type: ignore[attr-defined]
    client = client_of(superuser)
    with locked_table():
        page = get(client, LIST, q="needle", requeued="yes", task_identifier="send_email", o="1")
    assert "no index answers “Contains needle” and “Requeued before: yes”" in page.text
    (faster,) = page.links("Leave that out")
    assert "task_identifier=send_email" in faster
    assert "needle" not in faster
    assert "has_notes" not in faster
    assert page.links("Which index would help") == [f"{LIST}indexes/"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("given", "label", "narrower"),
    [
        ("7d", "Look at the last 24 hours only", "24h"),
        ("24h", "Look at the last hour only", "1h"),
        ("30m", "Look at the last 5 minutes only", "5m"),
    ],
)
def test_friendly_page_offers_less_than_was_asked_for_when_a_time_was_given(
    superuser: User, settings: object, given: str, label: str, narrower: str
) -> None:
    settings.DLQ_STATEMENT_TIMEOUT = 0.2  # type: ignore[attr-defined]
    client = client_of(superuser)
    with locked_table():
        page = get(client, LIST, failed_after=given)
    (link,) = page.links(label)
    assert f"failed_after={narrower}" in link
    assert given not in link


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("what", ["entry", "history", "confirmation"])
def test_friendly_page_is_shown_when_an_entry_takes_too_long(superuser: User, settings: object, what: str) -> None:
    settings.DLQ_STATEMENT_TIMEOUT = 0.2  # type: ignore[attr-defined]
    entry = add_entry()
    client = client_of(superuser)
    with locked_table():
        if what == "confirmation":
            page = ask(client, "requeue", everything=True)
        else:
            page = get(client, entry_url(entry) if what == "entry" else history_url(entry))
    assert page.status == 200
    assert page.title.startswith("This takes too long")
    assert jobs() == []


@pytest.mark.django_db(transaction=True)
def test_count_says_so_in_its_place_when_it_takes_too_long(superuser: User, settings: object) -> None:
    settings.DLQ_STATEMENT_TIMEOUT = 0.2  # type: ignore[attr-defined]
    client = client_of(superuser)
    with locked_table():
        page = get(client, f"{LIST}count/")
    assert page.status == 200
    assert page.text.startswith("Not counted: it takes too long.")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("cookie", "zone", "clock"),
    [
        ("Asia/Kolkata", "Asia/Kolkata", "1 Mar 2020 17:30:00"),
        ("America/New_York", "America/New_York", "1 Mar 2020 07:00:00"),
        ("", "UTC", "1 Mar 2020 12:00:00"),
        ("Mars/Olympus", "UTC", "1 Mar 2020 12:00:00"),
        ("../../etc/passwd", "UTC", "1 Mar 2020 12:00:00"),
    ],
)
def test_times_are_in_the_viewers_zone_when_a_cookie_names_it(boss: Client, cookie: str, zone: str, clock: str) -> None:
    entry = add_entry(failed_at="2020-03-01 12:00+00")
    boss.cookies["dlq_tz"] = cookie
    for page in (get(boss, LIST), get(boss, entry_url(entry)), get(boss, history_url(entry)), get(boss, STATISTICS)):
        assert clock in page.text
        assert f"Times in {zone}" in page.text or f"({zone})" in page.text
    times = get(boss, LIST).all("time", datetime="2020-03-01T12:00:00+00:00")
    assert [time.get("title") for time in times] == ["2020-03-01 12:00:00 UTC"]


@pytest.mark.django_db
def test_dates_of_the_filter_are_the_viewers_when_a_cookie_names_the_zone(boss: Client) -> None:
    last_in_kolkata = add_entry(failed_at="2020-03-01 18:29:59+00")
    first_of_next = add_entry(failed_at="2020-03-01 18:30:00+00")
    boss.cookies["dlq_tz"] = "Asia/Kolkata"
    assert get(boss, LIST, failed_before="2020-03-01").entries == [last_in_kolkata]
    assert get(boss, LIST, failed_after="2020-03-02").entries == [first_of_next]
    page = ask(boss, "delete", everything=True, query="?failed_before=2020-03-01")
    assert "1 failed job" in page.text
