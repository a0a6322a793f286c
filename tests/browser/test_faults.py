"""The page of a fault looks as the others do, and what a page loads by itself goes on once the fault is over."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Route, expect
from pytest_django.live_server_helper import LiveServer

from dlq.operations.confirmation import begin
from tests.browser.conftest import Window
from tests.browser.test_pages import findings
from tests.support.database import SCHEMA, sql
from tests.support.entries import add_entries
from tests.support.operations import confirm
from tests.support.pages import LIST, operation_url

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PATIENCE = 15_000
"""Milliseconds. What failed is asked for again after five seconds."""


@pytest.mark.parametrize("width", [1440, 390])
def test_page_of_a_fault_fits_and_leads_back_when_the_table_is_gone(
    superuser: User, window: Callable[..., Window], width: int
) -> None:
    opened = window(superuser, width=width)
    sql(f"ALTER TABLE {SCHEMA}.backfill_dlq RENAME TO gone")
    try:
        page = opened.open(LIST)
        expect(page.get_by_role("heading", name="Something is missing")).to_be_visible()
        assert findings(opened) == {}
    finally:
        sql(f"ALTER TABLE {SCHEMA}.gone RENAME TO backfill_dlq")
    assert {
        problem for problem in opened.problems if not problem.startswith(("503", "console: Failed to load"))
    } == set()
    page.get_by_role("link", name="Try again").click()
    expect(page.get_by_role("heading", name="Failed jobs")).to_be_visible()


def test_what_a_page_loads_comes_when_the_fault_is_over(
    superuser: User, window: Callable[..., Window], live_server: LiveServer
) -> None:
    add_entries(3)
    page = window(superuser).page
    operation, _new = begin(confirm("requeue", pairs=[]).counted(3), actor="boss")
    failed: list[str] = []

    def fail_once(route: Route) -> None:
        request = route.request
        if request.url in failed or request.headers.get("hx-request") != "true":
            route.continue_()
            return
        failed.append(request.url)
        if len(failed) % 2:
            route.fulfill(status=503)
        else:
            route.abort()

    page.route("**/*", fail_once)
    page.goto(f"{live_server.url}{LIST}")
    expect(page.get_by_text("3 failed jobs")).to_be_visible(timeout=PATIENCE)
    expect(page.locator("[hx-trigger^='load,']")).to_have_count(0, timeout=PATIENCE)
    page.goto(f"{live_server.url}{operation_url(operation.pk)}")
    expect(page.get_by_text("Requeued: 3 failed jobs.")).to_be_visible(timeout=PATIENCE)
    assert len(failed) == 3
