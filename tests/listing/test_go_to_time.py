"""Go to time: the list from a moment on, in its order, with the pages before and after it."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.support.entries import add_entries
from tests.support.pages import LIST, Page, get

pytestmark = pytest.mark.django_db

HOURLY = "timestamptz '2026-03-10 12:00 UTC' - n * interval '1 hour'"


def test_list_begins_at_the_time_when_gone_to(boss: Client) -> None:
    entries = add_entries(150, failed_at=HOURLY)
    page = get(boss, LIST, at="2026-03-10T02:00")
    assert page.entries == entries[9:109]
    assert page.value("at") == "2026-03-10T02:00"


def test_entries_of_that_very_moment_are_all_there_when_many_share_it(boss: Client) -> None:
    entries = add_entries(120, failed_at="timestamptz '2026-03-10 12:00 UTC' - (n / 50) * interval '1 hour'")
    assert set(get(boss, LIST, at="2026-03-10T11:00").entries) == set(entries[49:])


def test_pages_before_and_after_follow_when_gone_to_a_time(boss: Client) -> None:
    entries = add_entries(300, failed_at=HOURLY)
    page = get(boss, LIST, at="2026-03-05T12:00")
    assert page.entries == entries[119:219]
    (earlier,), (later,) = page.links("‹ Previous"), page.links("Next ›")
    assert "at=" not in earlier + later
    assert Page.of(boss.get(f"{LIST}{earlier}")).entries == entries[19:119]
    assert Page.of(boss.get(f"{LIST}{later}")).entries == entries[219:]


def test_oldest_first_continues_towards_the_newer_when_gone_to_a_time(boss: Client) -> None:
    entries = add_entries(150, failed_at=HOURLY)
    assert get(boss, LIST, at="2026-03-10T02:00", o="5").entries == entries[9::-1]


def test_day_means_its_end_when_the_newest_stand_first(boss: Client) -> None:
    entries = add_entries(150, failed_at=HOURLY)
    assert get(boss, LIST, at="2026-03-09").entries[0] == entries[12]


def test_time_is_the_viewers_when_a_cookie_names_the_zone(boss: Client) -> None:
    entries = add_entries(150, failed_at=HOURLY)
    boss.cookies["dlq_tz"] = "Asia/Kolkata"
    assert get(boss, LIST, at="2026-03-10T07:30").entries[0] == entries[9]


def test_filter_stays_when_gone_to_a_time(boss: Client) -> None:
    entries = add_entries(250, failed_at=HOURLY, task_identifier="'t' || n % 2")
    page = get(boss, LIST, task_identifier="t0")
    (form,) = page.all("form", class_="dlq-goto")
    kept = {field.get("name"): field.get("value") for field in form.iter("input") if field.get("type") == "hidden"}
    assert kept == {"task_identifier": "t0"}
    assert get(boss, LIST, task_identifier="t0", at="2026-03-09T12:00").entries[0] == entries[23]


@pytest.mark.parametrize(
    ("at", "says"), [("the other day", "is no time"), ("2026-02-30", "no date or time that exists")]
)
def test_first_page_and_a_sentence_are_shown_when_it_is_no_time(boss: Client, at: str, says: str) -> None:
    entries = add_entries(150)
    page = get(boss, LIST, at=at)
    assert page.entries == entries[:100]
    (problem,) = page.all("ul", class_="dlq-problems")
    assert says in "".join(problem.itertext())


def test_sentence_says_what_it_needs_when_the_list_stands_in_another_order(boss: Client) -> None:
    add_entries(150)
    page = get(boss, LIST, at="24h", o="1")
    assert "it needs the list in the order of time" in page.text
    assert not page.all("form", class_="dlq-goto")


def test_nothing_to_go_to_is_offered_when_one_page_has_all(boss: Client) -> None:
    add_entries(5)
    assert not get(boss, LIST).all("form", class_="dlq-goto")
