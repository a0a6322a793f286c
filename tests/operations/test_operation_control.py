"""Driving an operation from its page: on, pause, cancel, and what it tells meanwhile."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from dlq.models import BulkOperation
from dlq.operations.confirmation import begin
from dlq.operations.runner import advance
from tests.support.entries import add_entries, add_entry
from tests.support.jobs import finish, jobs
from tests.support.operations import confirm
from tests.support.pages import OPERATIONS, Page, get, operation_url, press
from tests.support.people import client_of

pytestmark = pytest.mark.django_db
State = BulkOperation.State


@pytest.fixture
def operation(settings: object) -> BulkOperation:
    """A requeue of 30 entries, of which the first chunk of 10 is done."""
    settings.DLQ_CHUNK_SIZE = 10  # type: ignore[attr-defined]
    add_entries(30)
    begun, _new = begin(confirm("requeue", pairs=[]).counted(30), actor="ann")
    return advance(begun.pk, 0)


def state_of(operation: BulkOperation) -> tuple[str, int]:
    operation.refresh_from_db()
    return operation.state, operation.done_count


def test_page_tells_how_far_it_is_when_it_runs(boss: Client, operation: BulkOperation) -> None:
    page = get(boss, operation_url(operation.pk))
    bar = page.one("progress")
    assert (bar.get("value"), bar.get("max")) == ("10", "30")
    assert "10 of 30 (33 %)" in page.text
    assert {"Pause", "Cancel the rest"} <= page.buttons


def test_part_is_renewed_when_the_open_page_drives_it(boss: Client, operation: BulkOperation) -> None:
    hx = {"HX-Request": "true"}
    moved = boss.post(operation_url(operation.pk), {"drive": "running"}, headers=hx)
    assert moved["HX-Reselect"] == "#dlq-operation", "the state changed: its buttons must change, too"
    assert "Requeued: 30 failed jobs." in Page.of(moved).text
    assert state_of(operation) == (State.DONE, 30)


def test_rest_waits_when_somebody_pauses_it_and_continues_when_resumed(boss: Client, operation: BulkOperation) -> None:
    page = press(boss, operation_url(operation.pk), "pause")
    assert state_of(operation) == (State.PAUSED, 10)
    assert "Paused by boss." in page.text
    assert page.buttons >= {"Resume", "Cancel the rest"}
    boss.post(operation_url(operation.pk), {"drive": "running"})
    assert state_of(operation) == (State.PAUSED, 10), "an open page must not undo somebody's pause"
    page = press(boss, operation_url(operation.pk), "resume")
    assert state_of(operation) == (State.DONE, 30)
    assert "Resumed by boss." in page.text


def test_rest_is_left_when_somebody_cancels_it(boss: Client, operation: BulkOperation) -> None:
    page = press(boss, operation_url(operation.pk), "cancel")
    assert state_of(operation) == (State.CANCELLED, 10)
    assert "Cancelled by boss." in page.text
    assert len(jobs()) == 10
    press(boss, operation_url(operation.pk), "resume")
    assert state_of(operation) == (State.CANCELLED, 10)
    again = press(boss, operation_url(operation.pk), "cancel")
    assert "nothing to cancel" in "".join(again.messages)


@pytest.mark.parametrize("button", ["drive", "pause", "resume", "cancel", "again", "recall", "trash_recovered"])
def test_button_is_refused_when_somebody_may_only_look(person: object, operation: BulkOperation, button: str) -> None:
    client = client_of(person("view_backfilldlq", "view_bulkoperation"))  # type: ignore[operator]
    page = get(client, operation_url(operation.pk))
    assert not page.buttons & {"Pause", "Cancel the rest", "Resume", "Recall what has not started"}
    assert client.post(operation_url(operation.pk), {button: "running"}).status_code == 403
    assert state_of(operation) == (State.RUNNING, 10)


def test_arrivals_are_counted_when_they_are_not_included(boss: Client, operation: BulkOperation) -> None:
    add_entries(3, failed_at="clock_timestamp()")
    page = get(boss, operation_url(operation.pk))
    assert "3 new ones arrived since, not included." in page.text
    (link,) = page.links("Show")
    assert len(Page.of(boss.get(link)).entries) == 3


def test_list_says_it_waits_when_nobody_drives_it(boss: Client, operation: BulkOperation) -> None:
    assert "waiting: open its page" not in get(boss, OPERATIONS).text
    long_ago = operation.created_at.replace(year=2020)
    BulkOperation.objects.filter(pk=operation.pk).update(advanced_at=long_ago, created_at=long_ago)
    assert "waiting: open its page or run dlq_caretaker" in get(boss, OPERATIONS).text


def test_list_is_narrowed_when_filtered_by_kind_actor_and_state(boss: Client, operation: BulkOperation) -> None:
    other, _new = begin(confirm("note", [add_entry()]), actor="bob", note="n")
    for query, shown in (
        ({"kind__exact": "note"}, other),
        ({"actor": "bob"}, other),
        ({"actor": "ann"}, operation),
        ({"kind__exact": "requeue", "state__exact": "running"}, operation),
    ):
        page = get(boss, OPERATIONS, **query)
        assert [bool(page.links(str(one))) for one in (operation, other)] == [shown == operation, shown == other]


def test_canary_is_watched_on_the_page_when_it_was_sent(boss: Client, requeuer: User) -> None:
    add_entries(5)
    begun, _new = begin(confirm("requeue", pairs=[]).counted(5), actor="requeuer", canary_size=2)
    advance(begun.pk, 0)
    begun.refresh_from_db()
    assert (begun.state, len(jobs())) == (State.WATCHING, 2)
    watching = Page.of(
        client_of(requeuer).post(operation_url(begun.pk), {"drive": "watching"}, headers={"HX-Request": "true"})
    )
    assert "Of the first 2, 0 succeeded (needed: 2); waiting for 2 more." in watching.text
    for job in jobs():
        finish(job["id"])
    press(boss, operation_url(begun.pk), "drive")
    assert state_of(begun) == (State.DONE, 5)
