"""The payload bug of a bad deployment, cured: by mouse and by keyboard, on a screen and on a phone."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User

from dlq.models import FailurePattern
from dlq.table.location import TABLE
from tests.browser.conftest import Window
from tests.support.database import sql
from tests.support.entries import add_entries, add_entry
from tests.support.pages import LIST, entry_url
from tests.support.patterns import group_everything

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def payloads() -> list[str]:
    return [text for (text,) in sql(f"SELECT DISTINCT payload::text FROM {TABLE.regclass} ORDER BY 1")]


@pytest.mark.parametrize(("width", "theme"), [(1440, "light"), (390, "dark")])
def test_payloads_of_many_are_cured_after_a_look(
    superuser: User, window: Callable[..., Window], width: int, theme: str
) -> None:
    add_entries(7, payload="""'{"order": {"currency": "eur", "total": 10.00}}'::jsonb""")
    opened = window(superuser, width=width, theme=theme)
    page = opened.open(LIST)
    page.locator("#action-toggle").check()
    page.get_by_role("button", name="Edit payload …").click()
    page.get_by_label("Changes, one a line").fill("order.currency = EUR")
    page.get_by_role("button", name="Show what would change").click()
    page.get_by_text("Line 1, column 18: this is no JSON").wait_for()
    assert (opened.unreadable(), opened.overflow) == ({}, 0)
    page.get_by_label("Changes, one a line").fill('order.currency = "EUR"')
    page.get_by_role("button", name="Show what would change").click()
    page.get_by_role("heading", name="What would change").wait_for()
    assert page.locator(".dlq-diff ins").count() == 5
    assert (opened.unreadable(), opened.overflow) == ({}, 0)
    page.get_by_role("button", name="Edit and requeue 7").click()
    page.get_by_text("Edited and requeued: 7 failed jobs.").wait_for()
    assert payloads() == ['{"order": {"total": 10.00, "currency": "EUR"}}']
    page.get_by_role("link", name=re.compile(r"^Operation \d+$")).click()
    assert (opened.unreadable(), opened.overflow) == ({}, 0)
    page.get_by_role("button", name="Put the original payloads back").click()
    page.get_by_text("Given the original payload back: 7 failed jobs.").wait_for()
    assert payloads() == ['{"order": {"total": 10.00, "currency": "eur"}}']
    assert opened.problems == []


@pytest.mark.parametrize("width", [1440, 390])
def test_payload_of_one_is_edited_by_the_keyboard(superuser: User, window: Callable[..., Window], width: int) -> None:
    entry = add_entry(payload='{"total": 10.00, "currency": "eur"}')
    opened = window(superuser, width=width)
    page = opened.open(entry_url(entry))
    page.keyboard.press("e")
    field = page.get_by_label("Payload:", exact=True)
    assert '"total": 10.00' in field.input_value()
    field.focus()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text('{"total": 10.000, "currency": "EUR"}')
    page.get_by_role("button", name="Show what would change").focus()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="What would change").wait_for()
    assert (opened.unreadable(), opened.overflow) == ({}, 0)
    page.get_by_role("button", name="Edit and requeue").focus()
    page.keyboard.press("Enter")
    page.get_by_text("Edited and requeued: 1 failed job.").wait_for()
    assert payloads() == ['{"total": 10.000, "currency": "EUR"}']
    page.get_by_role("button", name="Put the original payload back").focus()
    page.keyboard.press("Enter")
    page.get_by_text("Given the original payload back: 1 failed job.").wait_for()
    assert payloads() == ['{"total": 10.00, "currency": "eur"}']
    assert opened.problems == []


@pytest.mark.parametrize("width", [1440, 390])
def test_advice_not_to_requeue_takes_a_tick_and_a_reason(
    superuser: User, window: Callable[..., Window], width: int
) -> None:
    entries = add_entries(3, last_error="to_jsonb('Connection refused'::text)")
    group_everything()
    FailurePattern.objects.update(advice="no", advice_text="Not before the mail server is back.")
    opened = window(superuser, width=width)
    page = opened.open(entry_url(entries[0]))
    page.keyboard.press("r")
    page.get_by_text("What is known about these failures").wait_for()
    assert (opened.unreadable(), opened.overflow) == ({}, 0)
    page.get_by_label("Reason:", exact=True).fill("it is back")
    page.get_by_label("Do it against this advice").check()
    page.get_by_role("button", name="Requeue", exact=True).click()
    page.get_by_text("Requeued: 1 failed job.").wait_for()
    assert opened.problems == []


@pytest.mark.parametrize("width", [1440, 390])
def test_what_a_ticket_wants_is_copied_and_two_are_compared(
    superuser: User, window: Callable[..., Window], width: int
) -> None:
    entry = add_entry(payload='{"total": 10.00}', last_error='"Refused by db-1"', job_key="k-7")
    other = add_entry(payload='{"total": 10.0}', last_error='"Refused by db-2"')
    opened = window(superuser, width=width)
    page = opened.open(entry_url(entry))
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])

    def copied(label: str) -> str:
        page.get_by_role("button", name=label).press("Enter")
        page.get_by_role("button", name="Copied").last.wait_for()
        return str(page.evaluate("navigator.clipboard.readText()"))

    assert copied("Copy id") == str(entry)
    assert copied("Copy link") == f"{opened.address}{entry_url(entry)}"
    ticket = copied("Copy for a ticket")
    assert ticket.startswith(f"Failed job send_email #{entry}\n{opened.address}{entry_url(entry)}\n")
    assert "Key: k-7." in ticket
    assert ticket.endswith("\nRefused by db-1")
    assert copied("Copy the error") == "Refused by db-1"
    assert copied("Copy the payload") == '{\n    "total": 10.00\n}'
    assert (opened.unreadable(), opened.overflow) == ({}, 0)
    page.get_by_label("Compare with #").fill(str(other))
    page.keyboard.press("Enter")
    page.get_by_text("+ Refused by db-2").wait_for()
    assert (opened.unreadable(), opened.overflow) == ({}, 0)
    assert opened.problems == []
