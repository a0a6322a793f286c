"""A kind of operation is one folder and a line in the registry: everything else finds it there."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from dlq.caretaker.duties import drive_operations
from dlq.models import BulkOperation, OperationEntry
from dlq.operations.confirmation import begin
from dlq.operations.kinds import KINDS
from tests.operations.sixth_kind import HurryKind
from tests.support.entries import add_entries, cell
from tests.support.operations import confirm, operate
from tests.support.pages import LIST, OPERATIONS, Page, ask, events, get, history_url, operation_url, press, send
from tests.support.people import client_of, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _registered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(KINDS, HurryKind.name, HurryKind())


@pytest.fixture
def hurrier() -> User:
    return make_user("view_backfilldlq", "view_bulkoperation", "export_backfilldlq", name="hurrier")


def test_it_is_offered_to_those_who_may_and_refused_to_others(hurrier: User, viewer: User) -> None:
    (entry,) = add_entries(1)
    assert get(client_of(hurrier), LIST).actions == {"hurry_selected"}
    assert get(client_of(viewer), LIST).actions == set()
    ask(client_of(viewer), "hurry", [entry])
    confirmation = ask(client_of(hurrier), "hurry", [entry])
    hurrier.user_permissions.filter(codename="export_backfilldlq").delete()
    denied = client_of(User.objects.get(pk=hurrier.pk)).post(
        f"{LIST}confirmed/", {"token": confirmation.value("token"), "why_so_urgent": "x"}
    )
    assert denied.status_code == 403
    assert (cell(entry, "priority"), BulkOperation.objects.count()) == (0, 0)


def test_it_is_confirmed_run_and_reported(hurrier: User) -> None:
    entries = add_entries(5, priority="CASE WHEN n = 1 THEN -1 ELSE 0 END")
    client = client_of(hurrier)
    page = ask(client, "hurry", everything=True)
    assert page.title.startswith("Confirm: put first in the line")
    assert "You are about to put first in the line 5 failed jobs" in page.text
    assert "their jobs run before all others" in page.text
    assert "Hurry 5" in page.buttons
    page = send(client, page)
    assert "This field is required." in page.text
    done = send(client, page, why_so_urgent="the boss", reason="now")
    assert done.messages[0].startswith("Put first in the line: 4 failed jobs. 1 skipped: its priority is -1 already.")
    assert [cell(entry, "priority") for entry in entries] == [-1] * 5
    operation = BulkOperation.objects.get()
    assert (operation.kind, operation.state, operation.reason) == ("hurry", "done", "now the boss")


def test_its_page_list_and_history_have_its_words(hurrier: User) -> None:
    entries = add_entries(3, priority="CASE WHEN n = 1 THEN -1 ELSE 0 END")
    operation = operate("hurry", entries, actor="hurrier")
    client = client_of(hurrier)
    page = get(client, operation_url(operation.pk))
    assert "Put first in the line: 2 failed jobs." in page.text
    assert "Priority-1" in page.text
    assert "are first already" in page.text
    assert f"hurry #{operation.pk}" in get(client, f"{OPERATIONS}?kind__exact=hurry").text
    assert f"hurry #{operation.pk}" not in get(client, f"{OPERATIONS}?kind__exact=delete").text
    assert any("Hurry skipped by hurrier" in event for event in events(get(client, history_url(entries[0]))))
    OperationEntry.objects.update(result=OperationEntry.Result.DONE)
    assert any("Put first in the line by hurrier" in event for event in events(get(client, history_url(entries[0]))))


def test_what_can_follow_it_is_offered_and_leads_to_a_confirmation(boss: Client, hurrier: User) -> None:
    entries = add_entries(2)
    operation = operate("hurry", entries, actor="boss")
    page = get(boss, operation_url(operation.pk))
    assert "Note on these 2 …" in page.buttons
    assert "Note on these 2 …" not in get(client_of(hurrier), operation_url(operation.pk)).buttons
    assert press(boss, operation_url(operation.pk), "note_these").title.startswith("Confirm: add a note to")
    refused = client_of(hurrier).post(operation_url(operation.pk), {"note_these": "1"})
    assert refused.status_code == 403


def test_the_caretaker_and_its_page_drive_pause_and_cancel_it(hurrier: User, settings: object) -> None:
    settings.DLQ_CHUNK_SIZE = 2  # type: ignore[attr-defined]
    entries = add_entries(5)
    operation, _new = begin(confirm("hurry", pairs=[]).counted(5), actor="ann")
    client = client_of(hurrier)
    assert "Pause" in get(client, operation_url(operation.pk)).buttons
    assert "Resume" in press(client, operation_url(operation.pk), "pause").buttons
    assert drive_operations() == 0
    press(client, operation_url(operation.pk), "resume")
    drive_operations()
    operation.refresh_from_db()
    assert (operation.state, operation.done_count) == ("done", 5)
    assert [cell(entry, "priority") for entry in entries] == [-1] * 5


def test_an_operation_of_a_kind_that_is_gone_pauses_and_says_so(boss: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    entries = add_entries(1)
    operation, _new = begin(confirm("hurry", entries), actor="ann")
    monkeypatch.delitem(KINDS, HurryKind.name)
    drive_operations()
    operation.refresh_from_db()
    assert operation.state == "paused"
    assert "knows no operation “hurry”" in operation.state_reason
    assert Page.of(boss.get(OPERATIONS)).status == 200
    assert boss.get(operation_url(operation.pk)).status_code == 404
    assert get(boss, history_url(entries[0])).status == 200
