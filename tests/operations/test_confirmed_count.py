"""The number on a confirmation page: exact where that is cheap, else "at least", and counted once the page is there."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client

from dlq.models import BulkOperation
from dlq.operations import overview
from dlq.operations.kinds.requeue import preflight
from tests.support.database import sql
from tests.support.entries import add_entries, ids
from tests.support.pages import CONFIRMED, Page, ask, send, text_of
from tests.support.people import client_of

pytestmark = pytest.mark.django_db

MAIL = "?task_identifier=mail"


@pytest.fixture(autouse=True)
def _ten_are_many(monkeypatch: pytest.MonkeyPatch, settings: object) -> None:
    monkeypatch.setattr(overview, "AT_LEAST", 10)
    monkeypatch.setattr(preflight, "MOST_CHECKED", 10)
    settings.DLQ_CONFIRM_ABOVE = 4  # type: ignore[attr-defined]


def headline(page: Page) -> str:
    return text_of(page.all("p", class_="dlq-headline")[0])


def counting(page: Page) -> str:
    """Where the page asks for its number; "" where it knows it."""
    (strong,) = page.all("p", class_="dlq-headline")[0].iter("strong")
    return strong.get("hx-get", "")


def counted(client: Client, page: Page) -> str:
    answer = client.get(counting(page))
    assert answer.status_code == 200
    return answer.content.decode()


def token_in(part: str) -> str:
    found = re.search(r'name="token" id="dlq-token" value="([^"]+)" hx-swap-oob="true"', part)
    assert found
    return found[1]


def mail(number: int) -> list[int]:
    add_entries(2, task_identifier="'before'")
    entries = add_entries(number, task_identifier="'mail'", queue_name="'q' || n % 2")
    add_entries(2, task_identifier="'after'")
    return entries


def test_number_is_exact_when_it_is_small(boss: Client) -> None:
    mail(10)
    page = ask(boss, "requeue", everything=True, query=MAIL)
    assert headline(page).startswith("You are about to requeue 10 failed jobs, everything that matches")
    assert counting(page) == ""
    assert "Count exactly" not in page.text


def test_page_says_at_least_and_fills_in_when_they_are_many(boss: Client) -> None:
    mail(25)
    page = ask(boss, "requeue", everything=True, query=MAIL)
    assert headline(page).startswith("You are about to requeue at least 10 failed jobs, counting …, everything")
    assert "By queue: 10 of them" in page.text
    assert [text_of(row) for row in page.all("table", class_="dlq-breakdown")[0].iter("tr")][1:] == ["mail10"]
    assert "Of 10 of them that were looked at, 10 would be requeued" in page.text
    part = counted(boss, page)
    assert '<strong role="status">25 failed jobs</strong>' in part
    assert "<caption>By queue</caption>" in part
    assert not BulkOperation.objects.exists()


def test_what_is_done_was_frozen_when_the_page_was_shown(boss: Client) -> None:
    entries = mail(25)
    page = ask(boss, "delete", everything=True, query=MAIL)
    later = add_entries(1, task_identifier="'mail'")
    sql("UPDATE graphile_worker.backfill_dlq SET failed_at = clock_timestamp() WHERE id = %s", entries[0])
    part = counted(boss, page)
    assert '<strong role="status">24 failed jobs</strong>' in part
    done = Page.of(boss.post(CONFIRMED, {"token": token_in(part), "confirm_count": "24"}, follow=True))
    assert "24 failed jobs" in done.messages[0]
    operation = BulkOperation.objects.get()
    assert (operation.expected, operation.done_count, operation.max_id) == (24, 24, entries[-1])
    assert set(ids()) & {*entries, *later} == {entries[0], *later}


def test_both_tokens_are_one_confirmation(boss: Client) -> None:
    mail(25)
    page = ask(boss, "note", everything=True, query=MAIL)
    part = counted(boss, page)
    send(boss, page, note="n")
    again = Page.of(boss.post(CONFIRMED, {"token": token_in(part), "note": "n"}, follow=True))
    assert again.messages[0].startswith("This confirmation was sent before.")
    assert BulkOperation.objects.count() == 1


def test_all_is_typed_before_the_number_is_known_and_the_number_after(boss: Client) -> None:
    entries = mail(25)
    page = ask(boss, "delete", everything=True, query=MAIL)
    assert "To be sure, type: all" in page.text
    part = counted(boss, page)
    assert "To be sure, type the number of failed jobs:" in part
    for token, typed in ((page.value("token"), "10"), (token_in(part), "all"), (token_in(part), "10")):
        answer = Page.of(boss.post(CONFIRMED, {"token": token, "confirm_count": typed}, follow=True))
        assert answer.title.startswith("Confirm")
        assert not BulkOperation.objects.exists()
    send(boss, page, confirm_count="all")
    assert not set(ids()) & set(entries)


def test_number_can_be_asked_for_without_script(boss: Client) -> None:
    entries = mail(25)
    page = ask(boss, "delete", everything=True, query=MAIL)
    assert "Count exactly" in page.text
    page = send(boss, page, count="1", reason="said twice")
    assert headline(page).startswith("You are about to delete 25 failed jobs")
    assert page.value("reason") == "said twice"
    assert not BulkOperation.objects.exists()
    send(boss, page, confirm_count="25")
    assert not set(ids()) & set(entries)


def test_spreading_waits_for_the_number(boss: Client) -> None:
    mail(25)
    page = ask(boss, "requeue", everything=True, query=MAIL)
    part = counted(boss, page)
    assert "Wait for the number" in send(boss, page, spread_minutes="5").text
    boss.post(CONFIRMED, {"token": token_in(part), "spread_minutes": "5"}, follow=True)
    assert BulkOperation.objects.get().expected == 25


def test_number_is_nobody_elses_and_needs_the_right_of_the_operation(boss: Client) -> None:
    mail(25)
    page = ask(boss, "delete", everything=True, query=MAIL)
    other = User.objects.create_superuser("other")
    assert "shown to somebody else" in client_of(other).get(counting(page)).content.decode()
    User.objects.filter(username="boss").update(is_superuser=False)
    assert boss.get(counting(page)).status_code == 403
    assert "can&#x27;t be read" in client_of(other).get(f"{CONFIRMED}count/").content.decode()
