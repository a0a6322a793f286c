"""A view of one's own: columns and rows chosen, kept under a name, opened with, and put away."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User

from tests.browser.conftest import Window
from tests.support.entries import add_entries
from tests.support.pages import LIST

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(("width", "theme"), [(1440, "dark"), (390, "light")])
def test_view_is_kept_and_opened_with(
    superuser: User, window: Callable[..., Window], settings: Any, width: int, theme: Any
) -> None:
    settings.DLQ_PAYLOAD_COLUMNS = ["customer_id"]
    add_entries(60, payload="jsonb_build_object('customer_id', n % 2 + 100)", job_key="'key-' || n")
    opened = window(superuser, width=width, theme=theme)
    page = opened.open(f"{LIST}?payload.customer_id=101")
    page.get_by_text("Columns and rows").click()
    form = page.get_by_role("form", name="Columns and rows")
    form.get_by_label("Key", exact=True).check()
    form.get_by_label("Queue", exact=True).uncheck()
    form.get_by_label("Rows a page").select_option("50")
    form.get_by_role("button", name="Apply").click()
    opened.settle()
    assert page.locator("#result_list tbody tr").count() == 30
    page.locator("summary", has_text="Views").click()
    page.get_by_label("Keep what is shown now as").fill("Customer 101")
    opened.settle()
    assert opened.unreadable() == {}
    assert opened.overflow == 0
    page.get_by_role("button", name="Keep", exact=True).click()
    page.get_by_text("Kept as “Customer 101”.").wait_for()
    page.locator("summary", has_text="Views").click()
    page.get_by_role("button", name="Open the list with Customer 101").click()
    page.get_by_text("The list opens with “Customer 101”.").wait_for()
    page = opened.open(LIST)
    assert "payload.customer_id=101" in page.url
    assert page.locator("#result_list tbody tr").count() == 30
    assert page.locator("#result_list thead").get_by_text("Key").count() == 1
    page.get_by_role("link", name="Remove all").click()
    opened.settle()
    assert page.locator("#result_list tbody tr").count() == 60
    page.locator("summary", has_text="Views").click()
    page.get_by_role("button", name="Delete the view Customer 101").click()
    page.get_by_text("Deleted the view “Customer 101”.").wait_for()
    assert opened.problems == []
