"""The start page: what is wrong right now, and each number leads to what it counts."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import timezone

from dlq.models import FailurePattern, Requeue, Visit
from dlq.start import start_page
from dlq.start.arrivals import MOST
from dlq.start.start_page import SHOWN
from dlq.start.visits import remember_log_in, since
from tests.support.chains import comes_back
from tests.support.database import sql
from tests.support.entries import add_entries, add_entry
from tests.support.operations import operate
from tests.support.pages import START, Page, get, text_of
from tests.support.patterns import group_everything
from tests.support.people import client_of, make_user
from tests.support.statistics import counted

pytestmark = pytest.mark.django_db

AGO = "now() - interval '{}' - n * interval '1 second'"


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    cache.clear()


def figures(page: Page) -> dict[str, tuple[str, str]]:
    """Value and link of each, by label."""
    return {
        text_of(box.find("dt")): (text_of(box.find("dd")), box.find("dd/a").get("href", ""))  # type: ignore[arg-type, union-attr]
        for box in page.one("dl", class_="dlq-tiles").iter("div")
    }


def test_numbers_lead_to_as_many_when_their_links_are_followed(boss: Client) -> None:
    add_entries(3, failed_at=AGO.format("2 hours"))
    add_entries(5, failed_at=AGO.format("3 days"))
    comes_back(add_entry())
    found = figures(get(boss, START))
    assert (found["New"][0], found["Failed again"][0]) == ("3", "1")
    for label in ("New", "Failed again"):
        value, link = found[label]
        assert counted(boss, link) == int(value)


def test_causes_are_those_since_then_the_most_frequent_first(boss: Client) -> None:
    add_entries(2, failed_at=AGO.format("1 hour"), last_error="to_jsonb('disk full'::text)")
    add_entries(7, failed_at=AGO.format("2 hours"), last_error="to_jsonb('no route to host'::text)")
    add_entries(9, failed_at=AGO.format("9 days"), last_error="to_jsonb('old story'::text)")
    group_everything()
    page = get(boss, START)
    rows = [text_of(row) for row in page.one("tbody").iter("tr")]
    numbers = [text_of(cell) for cell in page.all("td", class_="dlq-number")]
    assert numbers[::2] == ["7", "2"]
    assert "no route to host" in rows[0]
    assert "old story" not in page.text
    links = [cell.find("a") for cell in page.all("td", class_="dlq-number")]
    assert [counted(boss, link.get("href", "")) for link in links if link is not None] == [7, 7, 2, 2]


def test_what_recovered_is_told_from_what_is_left_of_a_cause(boss: Client) -> None:
    entries = [add_entry(last_error='"no route to host"') for _number in range(3)]
    group_everything()
    operate("requeue", entries[:2])
    Requeue.objects.filter(entry_id=entries[0]).update(outcome=Requeue.Outcome.RECOVERED)
    page = get(boss, START)
    links = [cell.find("a") for cell in page.all("td", class_="dlq-number")]
    assert [text_of(link) for link in links if link is not None] == ["3", "2"]
    assert [counted(boss, link.get("href", "")) for link in links if link is not None] == [3, 2]
    assert "- 3 (2 not recovered): " in text_of(page.one("textarea"))


def test_what_was_recalled_is_open_work(boss: Client) -> None:
    entries = [add_entry() for _number in range(3)]
    assert "Recalled or replaced" not in figures(get(boss, START))
    operate("requeue", entries)
    operate("recall", entries[:2])
    value, link = figures(get(boss, START))["Recalled or replaced"]
    assert (value, counted(boss, link)) == ("2", 2)


def test_moment_is_the_one_that_was_typed(boss: Client) -> None:
    add_entries(4, failed_at=AGO.format("40 hours"))
    assert figures(get(boss, START))["New"][0] == "0"
    assert figures(get(boss, START, since="48h"))["New"][0] == "4"
    refused = get(boss, START, since="03/04")
    assert refused.status == 200
    assert "has two meanings" in refused.text
    assert "“soon” is no time" in get(boss, START, since="soon").text


def test_it_tells_from_when_somebody_said_seen(boss: Client) -> None:
    add_entries(4, failed_at=AGO.format("2 hours"))
    assert figures(get(boss, START))["New"][0] == "4"
    page = get(boss, f"{START}backfilldlq/seen/")
    assert "Nothing was done" in page.text
    assert figures(page)["New"][0] == "4"
    page = Page.of(boss.post(f"{START}backfilldlq/seen/", follow=True))
    assert figures(page)["New"][0] == "0"
    assert "you last said “seen”" in page.text
    sql("UPDATE dlq_visit SET seen_at = seen_at - interval '1 hour'")
    add_entries(1, failed_at=AGO.format("30 minutes"))
    assert figures(get(boss, START))["New"][0] == "1"


def test_it_tells_from_the_log_in_before_this_one(viewer: User) -> None:
    now = timezone.now()
    day_ago = (now - timedelta(hours=24)).replace(microsecond=0)
    assert since(viewer.get_username(), now).moment == day_ago
    remember_log_in(user=viewer)
    assert since(viewer.get_username(), now).moment == day_ago
    sql("UPDATE dlq_visit SET logged_in_at = '2026-11-20 10:00+00'")
    for _again in range(2):  # on the phone, a minute later
        remember_log_in(user=viewer)
        assert since(viewer.get_username(), now).moment == datetime(2026, 11, 20, 10, tzinfo=UTC)


def test_log_in_is_remembered_of_those_who_may_see_failed_jobs_only(viewer: User) -> None:
    remember_log_in(user=User.objects.create_user("customer"))
    remember_log_in(user=viewer)
    assert list(Visit.objects.values_list("pk", flat=True)) == [viewer.get_username()]


def test_log_in_succeeds_when_it_cannot_be_remembered(
    viewer: User, caplog: pytest.LogCaptureFixture, settings: Any
) -> None:
    sql("ALTER TABLE dlq_visit RENAME TO elsewhere")
    remember_log_in(user=viewer)
    assert "could not be remembered" in caplog.text
    caplog.clear()
    settings.DLQ_DATABASE = "nowhere"
    remember_log_in(user=viewer)
    assert "could not be remembered" in caplog.text
    assert User.objects.filter(pk=viewer.pk).exists()


def test_operations_of_others_are_told_to_those_who_may_see_them(boss: Client, viewer: User) -> None:
    operate("note", [add_entry()], actor="ann", note="called the provider")
    page = get(boss, START)
    assert figures(page)["Operations of others"][0] == "1"
    assert "by ann" in page.text
    assert "by ann" not in get(client_of(viewer), START).text


def test_hand_over_has_all_operations_and_the_page_says_how_many_more(boss: Client) -> None:
    for number in range(SHOWN + 2):
        operate("note", [add_entry()], actor="ann", note=f"call {number}")
    page = get(boss, START)
    assert "call 0" not in text_of(page.one("ul"))
    assert page.links("2 more") == ["/admin/dlq/bulkoperation/"]
    assert text_of(page.one("textarea")).count(" by ann, ") == SHOWN + 2


def test_number_of_further_operations_leads_nowhere_that_is_refused() -> None:
    for number in range(SHOWN + 1):
        operate("note", [add_entry()], actor="cal", note=f"call {number}")
    page = get(client_of(make_user("view_backfilldlq", "annotate_backfilldlq", name="cal")), START)
    assert "1 more" in page.text
    assert page.links("1 more") == []


def test_hand_over_says_how_many_operations_it_leaves_out(boss: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(start_page, "HANDED_OVER", 2)
    for number in range(3):
        operate("note", [add_entry()], actor="ann", note=f"call {number}")
    text = text_of(get(boss, START).one("textarea"))
    assert text.count(" by ann, ") == 2
    assert "- and 1 earlier " in text


def test_patterns_that_want_somebody_are_counted_and_listed(boss: Client) -> None:
    for error in ("disk full", "no route to host"):
        add_entry(last_error=f'"{error}"')
    group_everything()
    FailurePattern.objects.filter(title__contains="disk").update(advice="yes", assignee="ann")
    value, link = figures(get(boss, START))["Patterns without advice or assignee"]
    assert value == "1"
    listed = get(boss, link)
    assert "no route to host" in listed.text
    assert "disk full" not in listed.text


def test_hand_over_is_a_text_of_all_of_it(boss: Client) -> None:
    add_entry(last_error='"no route to host"')
    group_everything()
    text = text_of(get(boss, START).one("textarea"))
    assert "- New: 1" in text
    assert re.search(r"- 1: .*no route to host.*\(send_email\)", text)
    assert re.search(r"http://testserver/admin/dlq/\?since=\S+Z", text)


def test_newest_are_counted_when_there_are_more_than_it_looks_at(boss: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert MOST > 100
    monkeypatch.setattr("dlq.start.arrivals.MOST", 3)
    add_entries(5, failed_at=AGO.format("1 hour"))
    page = get(boss, START)
    assert figures(page)["New"][0].startswith("3 of the last")
    assert "more than the page looks at" in page.text


def test_page_continues_without_what_takes_too_long(boss: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    add_entries(5)

    def wait(*_arguments: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(10)")

    monkeypatch.setattr("dlq.start.start_page.arrivals", wait)
    monkeypatch.setattr("dlq.start.start_page.PART_SECONDS", 0.05)
    page = get(boss, START)
    assert (page.status, figures(page)["New"][0]) == (200, "?")
    assert "takes too long" in page.text


def test_everything_leads_there(boss: Client) -> None:
    for address in ("/", "/admin/"):
        assert get(boss, address).title.startswith("Now")
    (current,) = [link for link in get(boss, START).all("a") if link.get("aria-current") == "page"]
    assert text_of(current) == "Now"


def test_page_says_what_it_takes_to_somebody_who_may_see_nothing(person: Callable[..., User]) -> None:
    page = get(client_of(person(name="nina")), START)
    assert page.status == 403
    assert "Your account lacks the permission “Can view failed job” (dlq.view_backfilldlq)." in page.text
    assert "Log out" in page.text


def test_page_says_so_to_somebody_who_may_not_see_failed_jobs(person: Callable[..., User]) -> None:
    other = client_of(person("view_bulkoperation", name="other"))
    add_entry(task_identifier="hidden_task")
    page = get(other, START)
    assert "may not see failed jobs" in page.text
    assert "hidden_task" not in page.text
