"""How the list is shown: payload columns, which columns, how many rows. All of it is in the address."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from dlq.checks import check_settings
from tests.support.entries import add_entries, add_entry
from tests.support.operations import operate
from tests.support.pages import LIST, Page, get, text_of

pytestmark = pytest.mark.django_db

USUAL = ["Failed job", "Error", "Queue", "Failures", "Failed at", "Requeues", "Status", "Notes"]


def headings(page: Page) -> list[str]:
    (table,) = page.all("table", id="result_list")
    return [
        text_of(heading) if text_of(heading) in USUAL else text_of(heading).lower()
        for heading in table.iter("th")
        if heading.get("scope") == "col"
    ][1:]


def rows(page: Page) -> list[list[str]]:
    (table,) = page.all("table", id="result_list")
    (body,) = table.iter("tbody")
    return [[text_of(cell).rpartition(": ")[2] for cell in row][1:] for row in body.iter("tr")]


@pytest.fixture
def _paths(settings: Any) -> None:
    settings.DLQ_PAYLOAD_COLUMNS = ["customer_id", "order.id"]


@pytest.mark.usefixtures("_paths")
def test_payload_columns_are_shown_filtered_and_broken_down(boss: Client) -> None:
    first = add_entry(payload='{"customer_id": 10.00, "order": {"id": "7"}}')
    second = add_entry(payload='{"customer_id": "10.00", "order": 7}')
    third = add_entry(payload="[1]")
    page = get(boss, LIST)
    assert headings(page)[1:4] == ["Error", "customer_id", "order.id"]
    assert [row[2:4] for row in rows(page)] == [["–", "–"], ["10.00", "–"], ["10.00", "7"]]
    assert page.entries == [third, second, first]
    assert get(boss, LIST, **{"payload.customer_id": "10.00"}).entries == [second, first]
    assert get(boss, LIST, **{"payload.customer_id": '"10.00"'}).entries == [second]
    assert get(boss, LIST, **{"payload.order.id": ["7", "8"]}).entries == [first]
    assert "customer_id is 10.00" in get(boss, LIST, **{"payload.customer_id": "10.00"}).text
    breakdown = get(boss, f"{LIST}breakdown/")
    tables = {text_of(next(table.iter("caption"))): text_of(table) for table in breakdown.all("table")}
    assert all(line in tables["customer_id"] for line in ('"10.00"1', "10.001", "other or none1"))
    assert operate("delete", pairs=[("payload.order.id", "7")]).done_count == 1
    values = Page.of(boss.get(f"{LIST}values/", {"of": "payload.customer_id", "payload.customer_id": "1"}))
    assert [option.get("value") for option in values.all("option")] == ['"10.00"']


@pytest.mark.parametrize("wrong", ["customer_id", ["a", "a"], [""], ["a..b"], ["a=b"], [3]])
def test_check_names_what_is_no_path(settings: Any, wrong: Any) -> None:
    settings.DLQ_PAYLOAD_COLUMNS = wrong
    assert [problem.id for problem in check_settings()] == ["dlq.E007"]


def test_check_is_content_with_paths(settings: Any) -> None:
    settings.DLQ_PAYLOAD_COLUMNS = ["customer_id", "order.id", "ein schlüssel"]
    call_command("check")


def test_chosen_columns_are_shown_in_the_lists_order(boss: Client) -> None:
    add_entry(job_key="k-1", priority=3, original_job_id=77)
    assert headings(get(boss, LIST)) == USUAL
    page = get(boss, LIST, columns=["job_id", "status", "key"])
    assert headings(page) == ["Failed job", "Status", "key", "job"]
    assert rows(page)[0][1:] == ["new", "k-1", "77"]
    assert headings(get(boss, LIST, columns=["nothing", "id; DROP"])) == USUAL
    chosen = {box.get("value") for box in page.all("input", name="columns") if box.get("checked") is not None}
    assert chosen == {"job_id", "status", "key"}


def test_page_has_as_many_rows_as_were_asked_for(boss: Client) -> None:
    add_entries(130)
    assert len(get(boss, LIST).entries) == 100
    page = get(boss, LIST, size="50", columns=["status"])
    assert len(page.entries) == 50
    following = get(boss, LIST + page.links("Next ›")[0])
    assert len(following.entries) == 50
    assert headings(following) == ["Failed job", "Status"]
    assert [len(get(boss, LIST, size=wrong).entries) for wrong in ("7", "0", "-1", "x", "999999999")] == [100] * 5


def test_what_is_shown_stays_when_the_filter_changes(boss: Client) -> None:
    add_entries(60)
    page = get(boss, LIST, size="50", columns=["status", "key"], task_identifier="send_email", o="-1")
    kept = [
        (field.get("name"), field.get("value"))
        for form in page.all("form", role="search")
        for field in form.iter("input")
    ]
    assert {("o", "-1"), ("size", "50"), ("columns", "status"), ("columns", "key")} <= set(kept)
    (removes,) = [link for link in page.all("a") if link.get("aria-label", "").startswith("Remove: Task")]
    assert headings(get(boss, LIST + removes.get("href", ""))) == ["Failed job", "Status", "key"]
    # An order counts columns, so it goes with them.
    (form,) = page.all("form", **{"aria-label": "Columns and rows"})
    hidden = [field.get("name") for field in form.iter("input") if field.get("type") == "hidden"]
    assert hidden == ["task_identifier"]
