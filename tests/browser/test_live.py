"""What is new is told of while people look, without anything moving under their hands; and they come back to where they were."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page

from tests.browser.conftest import Window
from tests.support.entries import add_entries
from tests.support.pages import LIST, STATISTICS

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def opened(superuser: User, window: Callable[..., Window]) -> Window:
    return window(superuser)


def quick(page: Page) -> None:
    """Every second, instead of every ten or thirty."""
    page.evaluate("document.querySelector('[data-live]').dataset.live = '0.1'")


def test_new_ones_are_told_of_and_rows_stay(opened: Window) -> None:
    add_entries(20, failed_at="now() - interval '1 hour' - n * interval '1 second'")
    page = opened.open(f"{LIST}?task_identifier=send_email")
    quick(page)
    before = page.locator("#result_list tbody").inner_text()
    add_entries(3, failed_at="now()")
    add_entries(2, failed_at="now()", task_identifier="'another'")
    page.wait_for_timeout(1_500)
    assert page.locator(".dlq-new").inner_text() == ""  # nobody asked for it
    live = page.get_by_role("button", name="Live")
    live.click()
    page.get_by_role("link", name="3 new: show").wait_for()
    assert page.locator("#result_list tbody").inner_text() == before
    assert opened.unreadable() == {}
    page.get_by_role("link", name="3 new: show").click()
    opened.settle()
    assert page.locator("#result_list tbody tr").count() == 23
    assert live.get_attribute("aria-pressed") == "true"  # as long as this tab is open
    assert opened.problems == []


@pytest.mark.parametrize(
    ("act", "says"),
    [
        (lambda page: page.locator(".action-select").first.check(), "paused: rows are ticked"),
        (lambda page: page.get_by_label("Search", exact=True).focus(), "paused while you type"),
        (lambda page: page.locator("#result_list").select_text(), "paused: text is selected"),
    ],
)
def test_nothing_is_refreshed_while_somebody_works(opened: Window, act: Callable[[Page], None], says: str) -> None:
    add_entries(3, failed_at="now() - interval '1 hour'")
    page = opened.open(LIST)
    page.get_by_role("button", name="Live").click()
    act(page)
    page.get_by_text(says).wait_for()
    quick(page)
    add_entries(1, failed_at="now()")
    page.wait_for_timeout(1_500)
    assert page.locator(".dlq-new").inner_text() == ""


def test_error_pauses_it_until_somebody_switches_it_on_again(opened: Window) -> None:
    add_entries(3, failed_at="now() - interval '1 hour'")
    page = opened.open(LIST)
    page.route("**/new/*", lambda route: route.abort())
    quick(page)
    live = page.get_by_role("button", name="Live")
    live.click()
    page.get_by_text("paused: no answer").wait_for()
    page.unroute("**/new/*")
    add_entries(1, failed_at="now()")
    live.click()
    page.get_by_role("link", name="1 new: show").wait_for()


def test_statistics_are_counted_anew(opened: Window) -> None:
    add_entries(5)
    page = opened.open(f"{STATISTICS}?window=1h")
    quick(page)
    page.locator(".dlq-tiles").get_by_text("5", exact=True).first.wait_for()
    add_entries(4)
    page.get_by_role("button", name="Live").click()
    page.locator(".dlq-tiles").get_by_text("9", exact=True).first.wait_for()
    assert opened.problems == []


def test_way_back_leads_to_the_same_place_of_the_page(opened: Window) -> None:
    add_entries(80)
    page = opened.open(f"{LIST}?task_identifier=send_email")

    def at() -> Any:
        return page.evaluate("scrollY")

    page.evaluate("scrollTo(0, 1400)")
    page.locator("#result_list tbody th a").nth(45).click()
    page.get_by_role("textbox", name="Notes").wait_for()
    page.get_by_role("link", name="Failed jobs", exact=True).first.click()
    page.locator("#result_list").wait_for()
    opened.settle()
    assert abs(at() - 1400) < 60
    page.locator(".action-select").nth(45).check()
    page.get_by_role("button", name="Add a note …").click()
    page.get_by_role("link", name=re.compile(r"^No\b")).click()
    page.locator("#result_list").wait_for()
    opened.settle()
    assert abs(at() - 1400) < 60
    opened.open(f"{LIST}?task_identifier=send_email")
    assert at() == 0
