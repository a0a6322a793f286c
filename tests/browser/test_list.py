"""The list at a glance: how many rows are seen, that what is needed stays in sight, and that it works without JavaScript."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from playwright.sync_api import Browser

from tests.browser.conftest import Window
from tests.support.entries import add_entries, ids
from tests.support.pages import LIST
from tests.support.people import client_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ROWS = "#result_list tbody tr"
LONG = "jsonb_build_object('message', repeat('the mail server did not answer ', 20))"


@pytest.fixture(autouse=True)
def _entries() -> None:
    """More than alerts are silent about, with errors of many words."""
    cache.clear()
    add_entries(510, last_error=LONG, failed_at="now() - n * interval '1 minute'", queue_name="'invoices'")


@pytest.mark.parametrize(("width", "height", "first", "rows"), [(1440, 900, 300, 14), (390, 844, 420, 3)])
def test_many_rows_are_seen_at_once(
    superuser: User, window: Callable[..., Window], width: int, height: int, first: int, rows: int
) -> None:
    opened = window(superuser, width=width)
    page = opened.open(LIST)
    page.set_viewport_size({"width": width, "height": height})
    page.locator(".dlq-alerts").wait_for()
    boxes = [row.bounding_box() for row in page.locator(ROWS).all()[:30]]
    tops = [(box["y"], box["y"] + box["height"]) for box in boxes if box]
    assert tops[0][0] <= first
    assert sum(bottom <= height for _top, bottom in tops) >= rows


def test_headings_and_actions_stay_in_sight(superuser: User, window: Callable[..., Window]) -> None:
    page = window(superuser).open(LIST)
    page.mouse.wheel(0, 1_500)
    page.wait_for_function("window.scrollY > 1000")
    for locator in (page.get_by_role("button", name="Requeue …"), page.get_by_text("Failed job", exact=True)):
        box = locator.bounding_box()
        assert box is not None
        assert 0 <= box["y"] < 90
    # Neither hides the other.
    assert page.locator("thead .action-checkbox-column input").is_visible()
    page.locator("#action-toggle").check()
    page.get_by_text("100 of 100 selected").wait_for()


def test_ticked_rows_are_deleted_without_javascript(chromium: Browser, live_server: object, superuser: User) -> None:
    session = client_of(superuser).cookies["sessionid"].value
    address = str(getattr(live_server, "url"))  # noqa: B009
    context = chromium.new_context(java_script_enabled=False)
    context.add_cookies([{"name": "sessionid", "value": session, "url": address}])
    page = context.new_page()
    page.goto(address + LIST)
    tick = page.locator('input[name="_selected_action"]').first
    entry = int(tick.get_attribute("value") or 0)
    tick.check()
    page.get_by_role("button", name="Delete …").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_text("Moved to the trash: 1 failed job.").wait_for()
    assert entry not in ids()
    context.close()


def test_every_page_leads_to_the_others(superuser: User, window: Callable[..., Window]) -> None:
    opened = window(superuser)
    page = opened.open(LIST)
    places = page.get_by_role("navigation", name="Dead letter queue")
    for label in ("Patterns", "Operations", "Statistics", "Trash", "Failed jobs"):
        places.get_by_role("link", name=label).click()
        opened.settle()
        assert places.get_by_role("link", name=label).get_attribute("aria-current") == "page"
    page.locator("#result_list tbody th a").first.click()
    assert places.get_by_role("link", name="Failed jobs").get_attribute("aria-current") == "true"
    assert opened.problems == []


def test_whole_work_is_done_by_keys(superuser: User, window: Callable[..., Window]) -> None:
    add_entries(3, task_identifier="'by_keys'")
    opened = window(superuser)
    page = opened.open(f"{LIST}?task_identifier=by_keys")
    press = page.keyboard.press
    press("?")
    page.get_by_role("dialog", name="Keyboard shortcuts").wait_for()
    assert opened.unreadable() == {}
    press("Escape")
    page.get_by_role("dialog").wait_for(state="hidden")
    # What is typed is no command.
    press("/")
    page.keyboard.type("djxr")
    assert page.get_by_label("Search", exact=True).input_value() == "djxr"
    page.get_by_label("Search", exact=True).blur()
    for key in "jjx":
        press(key)
    page.get_by_text("1 of 3 selected").wait_for()
    press("k")
    press("x")
    press("d")
    page.get_by_text("2 failed jobs", exact=True).wait_for()
    page.get_by_role("button", name="Delete", exact=True).press("Enter")
    page.get_by_text("Moved to the trash: 2 failed jobs.").wait_for()
    press("u")
    page.get_by_text("Restored from the trash: 2 failed jobs.").wait_for()
    page = opened.open(f"{LIST}?task_identifier=by_keys")
    press("j")
    press("Enter")
    page.get_by_role("textbox", name="Notes").wait_for()
    first = page.url
    press("j")
    page.wait_for_url(lambda url: url != first and "/change/" in url)
    press("n")
    page.keyboard.type("r is only a letter here")
    assert page.get_by_role("textbox", name="Notes").input_value() == "r is only a letter here"
    assert opened.problems == []


def test_keys_do_nothing_for_whoever_switched_them_off(superuser: User, window: Callable[..., Window]) -> None:
    opened = window(superuser)
    page = opened.open(LIST)
    page.get_by_role("button", name="Keyboard shortcuts").click()
    page.get_by_label("Use these keys").uncheck()
    page.get_by_role("button", name="Close").click()
    opened.open(LIST)
    page.keyboard.press("j")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement === document.body")
    page.keyboard.press("?")
    page.get_by_label("Use these keys").check()
    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="hidden")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "f-q"
