"""What support staff do during an incident, with mouse and keyboard."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User

from dlq.models import Requeue
from tests.browser.conftest import Window
from tests.support.entries import add_entries, add_entry, cell, ids
from tests.support.jobs import jobs
from tests.support.pages import LIST, START, entry_url

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_start_page_opens_when_somebody_logs_in(superuser: User, window: Callable[..., Window], settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    superuser.set_password("correct horse")
    superuser.save()
    add_entry(task_identifier="charge_card")
    opened = window()
    page = opened.open("/")
    page.get_by_label("Username").fill("boss")
    page.get_by_label("Password").fill("correct horse")
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(f"{opened.address}{START}")
    opened.settle()
    page.get_by_role("link", name="Failed jobs", exact=True).click()
    page.get_by_role("link", name="charge_card").wait_for()
    assert opened.problems == []


@pytest.mark.parametrize("width", [1440, 390])
def test_number_fills_in_and_is_typed_when_very_many_are_deleted(
    superuser: User, window: Callable[..., Window], monkeypatch: pytest.MonkeyPatch, settings: Any, width: int
) -> None:
    monkeypatch.setattr("dlq.operations.overview.AT_LEAST", 100)
    settings.DLQ_CONFIRM_ABOVE = 50
    add_entries(120, task_identifier="'send_email'", queue_name="'q' || n % 3")
    opened = window(superuser, width=width)
    page = opened.open(LIST)
    page.locator("#action-toggle").check()
    page.get_by_role("button", name="Select everything").click()
    held: list[Any] = []
    page.route("**/confirmed/count/**", lambda route: held.append(route))
    page.get_by_role("button", name="Delete …").click()
    page.get_by_text("at least 100 failed jobs, counting …").wait_for()
    assert not page.get_by_role("button", name="Count exactly").is_visible()
    assert opened.unreadable() == {}
    page.get_by_label("To be sure, type: all").fill("120")
    page.wait_for_timeout(100)
    held[0].continue_()
    opened.settle()
    page.get_by_text("You are about to delete 120 failed jobs, everything that matches").wait_for()
    page.get_by_text("By queue", exact=True).wait_for()
    assert opened.unreadable() == {}
    assert page.get_by_label("To be sure, type the number of failed jobs").input_value() == "120"
    page.get_by_role("button", name=re.compile(r"^Delete( [\d,]+)?$")).click()
    page.get_by_text("120 failed jobs").first.wait_for()
    assert (ids(), opened.problems) == ([], [])


def test_everything_that_matches_is_requeued_when_it_is_filtered_selected_and_confirmed(
    superuser: User, window: Callable[..., Window]
) -> None:
    wanted = add_entries(150, task_identifier="'send_email'", last_error="to_jsonb('mail server is down'::text)")
    others = add_entries(10, task_identifier="'charge_card'", last_error="to_jsonb('mail server is down'::text)")
    opened = window(superuser)
    page = opened.open(LIST)
    page.get_by_label("Task", exact=True).fill("send_email")
    page.get_by_label("Search", exact=True).fill('"mail server"')
    page.get_by_role("button", name="Filter").click()
    opened.settle()
    page.get_by_text("150 failed jobs match this filter.").wait_for()
    page.locator("#action-toggle").check()
    page.get_by_role("button", name="Select everything that matches the filter").click()
    page.get_by_role("button", name="Requeue …").click()
    opened.settle()
    assert page.title().startswith("Confirm")
    page.get_by_text("150 failed jobs", exact=True).wait_for()
    page.get_by_label("Reason").fill("mail server is back")
    page.get_by_role("button", name=re.compile(r"^Requeue( [\d,]+)?$")).click()
    page.get_by_text("Requeued: 150 failed jobs.").wait_for()
    assert "task_identifier=send_email" in page.url
    assert set(Requeue.objects.values_list("entry_id", flat=True)) == set(wanted)
    assert {cell(entry, "requeued_count") for entry in others} == {0}
    assert len(jobs()) == 150
    assert opened.problems == []


def test_ticked_rows_are_deleted_and_restored_when_asked(superuser: User, window: Callable[..., Window]) -> None:
    entries = add_entries(5)
    opened = window(superuser)
    page = opened.open(LIST)
    for entry in entries[:2]:
        page.locator(f'input[name="_selected_action"][value="{entry}"]').check()
    page.get_by_role("button", name="Delete …").click()
    page.get_by_role("button", name=re.compile(r"^Delete( [\d,]+)?$")).click()
    page.get_by_text("Moved to the trash: 2 failed jobs.").wait_for()
    assert ids() == entries[2:]
    page.get_by_role("link", name=re.compile(r"^Operation \d+$")).first.click()
    page.get_by_role("button", name="Restore what was deleted").click()
    page.get_by_text("Restored from the trash: 2 failed jobs.").wait_for()
    assert ids() == entries
    assert opened.problems == []


def test_text_is_kept_when_two_windows_write_notes_at_once(superuser: User, window: Callable[..., Window]) -> None:
    entry = add_entry(notes="old")
    one, two = window(superuser), window(superuser)
    for opened, text in ((one, "first"), (two, "second")):
        opened.open(entry_url(entry)).get_by_role("textbox", name="Notes").fill(text)
    one.page.get_by_role("button", name="Save notes").click()
    one.page.get_by_text("The notes were saved.").wait_for()
    two.page.get_by_role("button", name="Save notes").click()
    two.page.get_by_text("Somebody else changed the notes").wait_for()
    assert two.page.get_by_role("textbox", name="Notes").input_value() == "second"
    assert cell(entry, "notes") == "first"
    assert one.problems + two.problems == []


def test_long_requeue_is_paused_and_continues_when_its_page_is_open(
    superuser: User, window: Callable[..., Window], settings: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DLQ_CHUNK_SIZE = 2  # type: ignore[attr-defined]
    monkeypatch.setattr("dlq.operations.pages.confirm_page.REQUEST_BUDGET", 0)
    monkeypatch.setattr("dlq.operations.pages.buttons.DRIVE_BUDGET", 0)
    add_entries(30)
    opened = window(superuser)
    page = opened.open(LIST)
    page.locator("#action-toggle").check()
    page.get_by_role("button", name="Requeue …").click()
    page.get_by_role("button", name=re.compile(r"^Requeue( [\d,]+)?$")).click()
    page.get_by_text(re.compile(r"Requeued: [2-9] failed jobs")).wait_for()
    page.get_by_role("button", name="Pause").click()
    page.get_by_text("Paused by boss.").wait_for()
    assert len(jobs()) < 30
    page.get_by_role("button", name="Resume").click()
    page.get_by_text("Requeued: 30 failed jobs.").wait_for()
    assert len(jobs()) == 30
    page.get_by_role("button", name="Recall what has not started").click()
    page.get_by_text(re.compile("Recalled from the queue: ")).wait_for()
    assert opened.problems == []
