"""What somebody types is not lost: by a log-in that ended, by another button of the page, by a filter of several values."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import expect

from dlq.models import BackfillDlq
from tests.browser.conftest import Window
from tests.support.entries import add_entry
from tests.support.pages import LIST, entry_url

pytestmark = [pytest.mark.browser, pytest.mark.long, pytest.mark.django_db(transaction=True)]

BACK = "What you had typed is back, and not saved yet."


def test_note_is_kept_until_it_is_saved(superuser: User, window: Callable[..., Window]) -> None:
    entry = add_entry()
    opened = window(superuser)
    page = opened.open(entry_url(entry))
    page.get_by_role("textbox", name="Notes").fill("called the provider")
    opened.open(LIST)
    opened.open(entry_url(entry))
    expect(page.get_by_role("textbox", name="Notes")).to_have_value("called the provider")
    expect(page.get_by_text(BACK)).to_be_visible()
    page.get_by_role("button", name="Save notes").click()
    expect(page.get_by_text("The notes were saved.")).to_be_visible()
    expect(page.get_by_text(BACK)).to_have_count(0)
    assert BackfillDlq.objects.get(pk=entry).notes == "called the provider"
    page.get_by_role("textbox", name="Notes").fill("never mind")
    opened.open(entry_url(entry))
    page.get_by_role("button", name="Discard it").click()
    expect(page.get_by_role("textbox", name="Notes")).to_have_value("called the provider")
    opened.open(entry_url(entry))
    expect(page.get_by_text(BACK)).to_have_count(0)


def test_what_is_typed_replaces_several_values(superuser: User, window: Callable[..., Window]) -> None:
    for task in ("send_email", "sync_crm", "charge_card"):
        add_entry(task_identifier=task)
    page = window(superuser).open(f"{LIST}?task_identifier=send_email&task_identifier=sync_crm")
    field = page.locator("#f-task_identifier")
    expect(field).to_have_value("")
    expect(field).to_have_attribute("placeholder", "send_email or sync_crm")
    page.get_by_role("button", name="Filter", exact=True).click()
    expect(page.locator("#result_list tbody tr")).to_have_count(2)
    field.fill("charge_card")
    page.get_by_role("button", name="Filter", exact=True).click()
    expect(page.locator("#result_list tbody tr")).to_have_count(1)
    expect(page.locator("#result_list tbody")).to_contain_text("charge_card")
