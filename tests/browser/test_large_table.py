"""What a large table needs, in a real browser: looking further back, values to choose from, an export to watch."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import expect

from tests.browser.conftest import Window
from tests.browser.test_pages import SIZES, findings
from tests.support.entries import add_entries, add_entry
from tests.support.large import make_large
from tests.support.pages import LIST

pytestmark = [pytest.mark.browser, pytest.mark.long, pytest.mark.django_db(transaction=True)]


@SIZES
def test_pages_work_and_fit_when_the_table_is_large(
    superuser: User, window: Callable[..., Window], monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    add_entries(150, task_identifier="'reports.generate_monthly_statement_v' || n % 30", failure_reason="'hay'")
    make_large(monkeypatch)
    opened = window(superuser, width=width)
    found: dict[str, object] = {}
    for address in (f"{LIST}?q=needle", f"{LIST}?o=4", f"{LIST}?at=yesterday", f"{LIST}indexes/", f"{LIST}export/"):
        opened.open(address)
        found |= {f"{address}: {finding}": where for finding, where in findings(opened).items()}
    opened.open(LIST).get_by_text("By task and queue").click()
    expect(opened.page.locator("#dlq-breakdown table")).to_have_count(2)
    found |= {f"breakdown: {finding}": where for finding, where in findings(opened).items()}
    assert (found, opened.problems) == ({}, [])


def test_search_continues_further_back_when_clicked(
    superuser: User, window: Callable[..., Window], monkeypatch: pytest.MonkeyPatch
) -> None:
    add_entry(failure_reason="needle", failed_at="2020-01-01 00:00+00", task_identifier="the_old_one")
    add_entries(150)
    make_large(monkeypatch)
    opened = window(superuser)
    page = opened.open(f"{LIST}?q=needle")
    expect(page.get_by_text("Nothing found so far, among the newest 50 failed jobs")).to_be_visible()
    page.get_by_role("link", name="Search further back").first.click()
    expect(page.get_by_role("link", name="the_old_one")).to_be_visible()
    assert opened.problems == []


def test_values_come_when_the_field_is_entered_and_narrow_when_typed(
    superuser: User, window: Callable[..., Window]
) -> None:
    add_entries(250, task_identifier="'task_' || n")
    opened = window(superuser)
    page = opened.open(LIST)
    options = page.locator("#s-task_identifier option")
    assert options.count() == 0
    page.locator("#f-task_identifier").focus()
    expect(options).to_have_count(201)
    page.locator("#f-task_identifier").press_sequentially("task_24")
    expect(options).to_have_count(11)
    assert opened.problems == []


def test_list_is_narrowed_when_a_value_of_the_breakdown_is_followed(
    superuser: User, window: Callable[..., Window]
) -> None:
    add_entries(9, task_identifier="'task_' || n % 3")
    opened = window(superuser)
    page = opened.open(LIST)
    page.get_by_text("By task and queue").click()
    page.locator("#dlq-breakdown").get_by_role("link", name="task_1").click()
    opened.settle()
    expect(page.locator("#result_list tbody tr")).to_have_count(3)
    assert opened.problems == []


def test_file_is_there_and_the_page_tells_when_a_download_is_clicked(
    superuser: User, window: Callable[..., Window]
) -> None:
    add_entries(30)
    opened = window(superuser)
    page = opened.open(LIST)
    page.get_by_role("link", name="Export").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download JSONL").click()
    lines = download.value.path().read_text().splitlines()
    assert json.loads(lines[-1]) == {"complete": True, "entries": 30}
    expect(page.locator("#dlq-export-progress")).to_contain_text("The download begins")
    assert opened.problems == []
