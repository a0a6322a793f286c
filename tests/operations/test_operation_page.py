"""The page of an operation: its result, its reasons, going on, putting back."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from dlq.models import BulkOperation
from dlq.operations import confirmation
from tests.support.database import SCHEMA, sql
from tests.support.entries import add_entries, add_entry, ids
from tests.support.jobs import jobs
from tests.support.pages import Page, ask, entry_url, get, operation_url, send

pytestmark = pytest.mark.django_db


def test_operation_shows_result_and_reasons_when_opened(boss: Client) -> None:
    good, bad = add_entry(), add_entry(priority=99_999)
    send(boss, ask(boss, "requeue", [good, bad]), reason="after the outage")
    operation = BulkOperation.objects.get()
    page = get(boss, operation_url(operation.pk))
    assert "Requeued: 1 failed job. 1 skipped: the queue takes priorities from -32768 to 32767 only." in page.text
    assert "after the outage" in page.text
    assert page.links(f"#{bad}") == [entry_url(bad)]
    assert get(boss, "/admin/dlq/bulkoperation/").links(str(operation))


def test_reasons_come_in_pages_when_there_are_many(boss: Client) -> None:
    entries = add_entries(150, priority="99999")
    send(boss, ask(boss, "requeue", entries))
    operation = BulkOperation.objects.get()
    seen = [
        int(re.sub(r"\D", "", link))
        for number in (1, 2, 3)
        for link in re.findall(r">#\d+<", get(boss, operation_url(operation.pk), page=number).response.content.decode())
    ]
    assert seen == sorted(entries)


def test_deleted_entries_come_back_when_the_button_is_pressed(boss: Client) -> None:
    entries = add_entries(3)
    send(boss, ask(boss, "delete", entries))
    operation = BulkOperation.objects.get()
    page = get(boss, operation_url(operation.pk))
    assert "Restore what was deleted" in page.buttons
    back = Page.of(boss.post(operation_url(operation.pk), {"restore": "1"}, follow=True))
    assert "Restored from the trash: 3 failed jobs." in back.text
    assert ids() == entries
    assert "Restore what was deleted" not in get(boss, operation_url(operation.pk)).buttons


def test_operation_continues_when_its_page_drives_it(boss: Client) -> None:
    entry = add_entry()
    operation, _new = confirmation.begin(confirmation.Confirmation.of("requeue", 1, entry_ids=[entry]), actor="ann")
    assert "Continue" in get(boss, operation_url(operation.pk)).buttons
    page = Page.of(boss.post(operation_url(operation.pk), {"resume": "1"}, follow=True))
    assert "Requeued: 1 failed job." in page.text
    assert len(jobs()) == 1


def test_operation_waits_for_a_person_when_the_database_refuses_to_continue(boss: Client) -> None:
    add_entry()
    sql(f"ALTER FUNCTION {SCHEMA}.add_jobs RENAME TO add_jobs_gone")
    page = send(boss, ask(boss, "requeue", everything=True))
    operation = BulkOperation.objects.get()
    assert operation.state == BulkOperation.State.PAUSED
    assert "could not continue" in page.text
    assert "load delay" not in page.response.content.decode()
    sql(f"ALTER FUNCTION {SCHEMA}.add_jobs_gone RENAME TO add_jobs")
    boss.post(operation_url(operation.pk), {"resume": "1"})
    operation.refresh_from_db()
    assert (operation.state, operation.done_count) == (BulkOperation.State.DONE, 1)
