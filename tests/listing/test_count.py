"""The number of what matches says what it counts: exact, capped, or the database's estimate."""

from __future__ import annotations

import pytest
from django.test import Client

from dlq.selection import count
from tests.support.entries import add_entries
from tests.support.large import analyze
from tests.support.pages import LIST, get

pytestmark = pytest.mark.django_db


@pytest.fixture
def limit_of_50(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(count, "LIMIT", 50)


@pytest.mark.usefixtures("limit_of_50")
def test_number_is_exact_when_it_is_at_the_limit(boss: Client) -> None:
    add_entries(50)
    page = get(boss, f"{LIST}count/", status="any")
    assert page.text == "50 failed jobs in all."


@pytest.mark.usefixtures("limit_of_50")
def test_limit_and_the_estimate_are_said_when_there_are_more(boss: Client) -> None:
    add_entries(1234)
    analyze()
    page = get(boss, f"{LIST}count/", status="any")
    assert page.text == "More than 50 failed jobs in all, by the database’s estimate about 1,200. Count exactly"


@pytest.mark.usefixtures("limit_of_50")
def test_number_is_exact_with_its_time_when_asked_for(boss: Client) -> None:
    add_entries(1234, task_identifier="'t' || n % 2")
    page = get(boss, f"{LIST}count/", task_identifier="t1", exactly="1")
    assert page.text.startswith("617 failed jobs match this filter. Counted ")
    assert not page.links("Count exactly")


@pytest.mark.usefixtures("limit_of_50")
def test_no_estimate_is_given_when_it_would_be_a_guess(boss: Client) -> None:
    add_entries(200, failure_reason="'needle'")
    analyze()
    page = get(boss, f"{LIST}count/", q="needle")
    assert page.text == "More than 50 failed jobs match this filter. Count exactly"


@pytest.mark.usefixtures("limit_of_50")
def test_no_estimate_contradicts_the_count_when_statistics_are_old(boss: Client) -> None:
    add_entries(10)
    analyze()
    add_entries(200, task_identifier="'new_one'")
    page = get(boss, f"{LIST}count/", task_identifier="new_one")
    assert page.text == "More than 50 failed jobs match this filter. Count exactly"


def test_page_of_the_list_never_shrinks_to_an_estimate(boss: Client) -> None:
    """Django's own changelist drops its LIMIT where the count is at most a page; ours asks for no count."""
    add_entries(10, failed_at="now() - interval '1 day'")
    analyze()
    entries = add_entries(500)
    assert get(boss, LIST).entries == entries[:100]
