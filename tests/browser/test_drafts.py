"""What somebody types is not lost: by a log-in that ended, by another button of the page, by a filter of several values."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import expect

from dlq.entries.note_editing import save_note
from dlq.models import BackfillDlq
from dlq.pattern_pages.forms import PatternForm
from dlq.patterns.edits import save_edit
from tests.browser.conftest import Window
from tests.support.entries import add_entry
from tests.support.pages import LIST, entry_url, pattern_url
from tests.support.patterns import group_everything, pattern_of

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


def test_what_somebody_saved_meanwhile_is_shown_and_not_overwritten(
    superuser: User, window: Callable[..., Window]
) -> None:
    entry = add_entry()
    opened = window(superuser)
    page = opened.open(entry_url(entry))
    notes = page.get_by_role("textbox", name="Notes")
    save = page.get_by_role("button", name="Save notes")
    notes.fill("requeued by me")
    opened.open(LIST)
    save_note(entry, seen="", text="call the customer first", actor="bob")
    opened.open(entry_url(entry))
    expect(notes).to_have_value("requeued by me")
    expect(page.get_by_text(f"{BACK} Somebody changed this meanwhile")).to_be_visible()
    save.click()
    expect(page.get_by_text("Somebody else changed the notes while you were writing")).to_be_visible()
    expect(page.locator(".dlq-conflict pre")).to_have_text("call the customer first")
    # Who goes away now has not saved, and has seen what bob wrote.
    opened.open(LIST)
    opened.open(entry_url(entry))
    expect(notes).to_have_value("requeued by me")
    expect(page.get_by_text("Somebody changed this meanwhile")).to_have_count(0)
    save.click()
    expect(page.get_by_text("The notes were saved.")).to_be_visible()
    assert BackfillDlq.objects.get(pk=entry).notes == "requeued by me"


def test_what_a_pattern_says_is_not_overwritten_by_a_draft(superuser: User, window: Callable[..., Window]) -> None:
    entry = add_entry()
    group_everything()
    pattern = pattern_of(entry)
    opened = window(superuser)
    page = opened.open(pattern_url(pattern.pk))
    page.get_by_role("textbox", name="Notes").fill("seems harmless")
    opened.open(LIST)
    values = {**PatternForm(pattern).initial, "advice": "no", "advice_text": "Mails go out twice."}
    save_edit(pattern.pk, seen=pattern.edit_number, values=values, actor="bob")
    opened.open(pattern_url(pattern.pk))
    expect(page.get_by_text(f"{BACK} Somebody changed this meanwhile")).to_be_visible()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("bob saved this while you were writing")).to_be_visible()
    expect(page.get_by_role("textbox", name="Notes")).to_have_value("seems harmless")
    pattern.refresh_from_db()
    assert (pattern.advice, pattern.advice_text, pattern.notes) == ("no", "Mails go out twice.", "")


def test_saved_note_that_is_masked_is_no_draft(superuser: User, window: Callable[..., Window]) -> None:
    entry = add_entry()
    opened = window(superuser)
    page = opened.open(entry_url(entry))
    page.get_by_role("textbox", name="Notes").fill("logged in with password=hunter2secret")
    page.get_by_role("button", name="Save notes").click()
    expect(page.get_by_text("The notes were saved.")).to_be_visible()
    expect(page.get_by_role("textbox", name="Notes")).to_have_value("logged in with password=[masked: password]")
    expect(page.get_by_text(BACK)).to_have_count(0)
    assert not page.evaluate("Object.values(sessionStorage).some((kept) => kept.includes('hunter2secret'))")
    assert "#" not in page.url


def test_what_is_typed_replaces_several_values(superuser: User, window: Callable[..., Window]) -> None:
    for task in ("send_email", "sync_crm", "charge_card"):
        add_entry(task_identifier=task)
    page = window(superuser).open(f"{LIST}?task_identifier=send_email&task_identifier=sync_crm")
    field = page.locator("#f-task_identifier")
    expect(field).to_have_value("")
    expect(field).to_have_attribute("placeholder", "send_email or sync_crm")
    page.get_by_role("button", name="Filter", exact=True).click()
    expect(page.locator("#result_list tbody tr")).to_have_count(2)
    field.fill(" ")
    page.get_by_role("button", name="Filter", exact=True).click()
    expect(page.locator("#result_list tbody tr")).to_have_count(2)
    field.fill("charge_card")
    page.get_by_role("button", name="Filter", exact=True).click()
    expect(page.locator("#result_list tbody tr")).to_have_count(1)
    expect(page.locator("#result_list tbody")).to_contain_text("charge_card")
