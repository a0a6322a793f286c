"""From a word to the failed jobs that were meant: by the search, by what it offers, and by a value of a payload."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User

from dlq.monitoring.snapshot import take_snapshot
from tests.browser.conftest import Window
from tests.support.entries import add_entries
from tests.support.pages import LIST

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(("width", "theme"), [(1440, "light"), (390, "dark")])
def test_customer_of_a_failed_job_is_found(
    superuser: User, window: Callable[..., Window], width: int, theme: Any
) -> None:
    add_entries(5, payload="jsonb_build_object('customer_id', 2033 + n % 2, 'text', repeat('long ', 50))")
    add_entries(2, task_identifier="'charge_card'")
    take_snapshot()
    opened = window(superuser, width=width, theme=theme)
    page = opened.open(LIST)
    page.get_by_label("Search", exact=True).fill("2033")
    page.get_by_label("Search", exact=True).press("Enter")
    page.get_by_text("2 failed jobs match this filter.").wait_for()
    assert page.locator(".dlq-found mark").first.inner_text() == "2033"
    assert opened.unreadable() == {}
    assert opened.overflow == 0
    page.get_by_label("Search", exact=True).fill("send mail")
    page.get_by_label("Search", exact=True).press("Enter")
    page.get_by_text("Did you mean the task send_email (5)?").wait_for()
    page.get_by_role("link", name="send_email", exact=True).click()
    page.get_by_text("5 failed jobs match this filter.").wait_for()
    page.locator("#result_list tbody th a").first.click()
    value = page.get_by_role("link", name="2034")
    value.wait_for()
    assert opened.unreadable() == {}
    value.click()
    page.get_by_text("3 failed jobs match this filter.").wait_for()
    assert "customer_id=2034" in page.locator(".dlq-active").inner_text()
    assert opened.problems == []


def test_payloads_paths_and_values_are_suggested_while_typing(superuser: User, window: Callable[..., Window]) -> None:
    add_entries(3, payload="jsonb_build_object('customer_id', 2033)")
    page = window(superuser).open(LIST)
    page.get_by_text("More filters").click()
    field = page.get_by_label("Payload has")
    field.click()
    page.locator("#s-payload option[value='customer_id=']").wait_for(state="attached")
    field.press_sequentially("customer_id=")
    page.locator("#s-payload option[value='customer_id=2033']").wait_for(state="attached")
