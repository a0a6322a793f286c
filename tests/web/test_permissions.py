"""Least power: what somebody may not do is not offered, and refused with 403 when tried anyway.

`test_rights.py` tries every page and button with every permission; here are lives: of a token, of a right that is taken away.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client

from dlq.models import BulkOperation, OperationEntry
from dlq.operations.confirmation import Confirmation, begin
from tests.support.database import SCHEMA, sql
from tests.support.entries import add_entry, text_of
from tests.support.jobs import jobs
from tests.support.operations import operate
from tests.support.pages import (
    CONFIRMED,
    LIST,
    OPERATIONS,
    STATISTICS,
    Page,
    ask,
    entry_url,
    get,
    history_url,
    operation_url,
)
from tests.support.people import client_of, make_user

pytestmark = pytest.mark.django_db

VIEW = "view_backfilldlq"
ACTS = {"requeue": "requeue_backfilldlq", "delete": "delete_backfilldlq", "note": "annotate_backfilldlq"}
ACTION = {"requeue": "requeue_selected", "delete": "delete_selected", "note": "add_note_to_selected"}
BUTTON = {"requeue": "Requeue …", "delete": "Delete …", "note": "Save notes"}


def pages_of(entry: int) -> list[str]:
    return [
        LIST,
        f"{LIST}count/",
        STATISTICS,
        f"{STATISTICS}?table=time",
        f"{LIST}alerts/",
        entry_url(entry),
        history_url(entry),
        f"{entry_url(entry).removesuffix('change/')}payload/",
    ]


def test_pages_are_shown_when_somebody_may_view(viewer: User) -> None:
    client = client_of(viewer)
    for address in pages_of(add_entry()):
        response = client.get(address)
        assert (response.status_code, bool(b"".join(response))) == (200, True), address


@pytest.mark.parametrize("kind", ACTS)
def test_only_the_allowed_is_offered_when_somebody_has_one_permission(kind: str) -> None:
    entry = add_entry()
    client = client_of(make_user(VIEW, ACTS[kind]))
    assert get(client, LIST).actions == {ACTION[kind]}
    assert get(client, entry_url(entry)).buttons & set(BUTTON.values()) == {BUTTON[kind]}
    assert ask(client, kind, [entry]).title.startswith("Confirm")


def test_nothing_is_offered_when_somebody_may_only_view(viewer: User) -> None:
    entry = add_entry(notes="to read")
    client = client_of(viewer)
    page = get(client, LIST)
    assert page.actions == set()
    assert not page.all("input", name="_selected_action")
    entry_page = get(client, entry_url(entry))
    assert not entry_page.buttons & set(BUTTON.values())
    assert "to read" in entry_page.text
    assert not get(client, LIST).links("Operations")


def test_no_add_or_change_is_offered_when_somebody_may_do_everything(boss: Client) -> None:
    entry = add_entry()
    page = get(boss, LIST)
    assert not [link for link in page.all("a") if re.search("/dlq/.*/add/", link.get("href", ""))]
    assert boss.get(f"{LIST}add/").status_code == 403
    # Django's own delete page asks as our action does, instead of deleting for good and without a record.
    assert "Confirm: delete" in boss.post(f"{LIST}{entry}/delete/", {"post": "yes"}).content.decode()
    assert text_of(entry) is not None
    assert boss.get(f"{OPERATIONS}add/").status_code == 403


@pytest.mark.parametrize("kind", ACTS)
@pytest.mark.parametrize("everything", [True, False])
def test_no_confirmation_is_shown_when_the_action_is_not_allowed(kind: str, everything: bool) -> None:
    entry = add_entry()
    client = client_of(make_user(VIEW, *(permission for other, permission in ACTS.items() if other != kind)))
    page = ask(client, kind, [entry], everything=everything)
    assert "token" not in page.fields()
    assert not BulkOperation.objects.exists()


@pytest.mark.parametrize("kind", ACTS)
def test_confirmation_is_refused_when_the_permission_was_taken_away_meanwhile(kind: str) -> None:
    entry = add_entry()
    before = text_of(entry)
    user = make_user(VIEW, ACTS[kind])
    page = ask(client_of(user), kind, [entry])
    user.user_permissions.set([])
    response = client_of(user).post(CONFIRMED, {"token": page.value("token"), "note": "n"})
    assert response.status_code == 403
    assert (text_of(entry), jobs()) == (before, [])


@pytest.mark.parametrize("kind", ACTS)
def test_confirmation_is_refused_when_the_token_is_of_another_kind_than_allowed(kind: str) -> None:
    """A user's own token, of an action that they may not do."""
    entry = add_entry()
    user = make_user(VIEW, *(permission for other, permission in ACTS.items() if other != kind))
    token = Confirmation.of(kind, user.pk, entry_ids=[entry]).token
    assert client_of(user).post(CONFIRMED, {"token": token, "note": "n"}).status_code == 403
    assert not BulkOperation.objects.exists()


def test_restore_is_refused_and_not_offered_when_somebody_may_not_delete() -> None:
    entry = add_entry()
    operation = operate("delete", [entry])
    client = client_of(make_user(VIEW, "view_bulkoperation", "requeue_backfilldlq"))
    assert "Restore what was deleted" not in get(client, operation_url(operation.pk)).buttons
    assert client.post(operation_url(operation.pk), {"restore": "1"}).status_code == 403
    assert text_of(entry) is None


@pytest.mark.parametrize("kind", ACTS)
def test_driving_is_refused_and_not_offered_when_somebody_may_not_do_that_kind(kind: str) -> None:
    entry = add_entry()
    before = text_of(entry)
    operation, _new = begin(Confirmation.of(kind, 1, entry_ids=[entry]), actor="ann", note="n")
    others = (permission for other, permission in ACTS.items() if other != kind)
    client = client_of(make_user("view_bulkoperation", *others))
    assert "Continue" not in get(client, operation_url(operation.pk)).buttons
    assert client.post(operation_url(operation.pk), {"resume": "1"}).status_code == 403
    assert text_of(entry) == before


@pytest.mark.parametrize("address", [LIST, STATISTICS, f"{LIST}count/"])
def test_nothing_is_written_when_a_page_is_only_read(boss: Client, address: str) -> None:
    entry = add_entry()
    before = text_of(entry)
    for query in ("?restore=1", "?resume=1", "?action=delete_selected", "?notes=x"):
        boss.get(f"{address}{query}")
        boss.get(f"{entry_url(entry)}{query}")
    assert (text_of(entry), jobs(), BulkOperation.objects.count()) == (before, [], 0)


def test_links_to_operations_are_left_out_when_somebody_may_not_view_them(
    viewer: User, person: Callable[..., User]
) -> None:
    entry = add_entry()
    operation = operate("requeue", [entry])
    label = f"Operation {operation.pk}"
    assert not get(client_of(viewer), history_url(entry)).links(label)
    assert get(client_of(person(VIEW, "view_bulkoperation")), history_url(entry)).links(label)


def test_requeuer_gets_along_without_the_operations_when_they_may_not_view_them(requeuer: User) -> None:
    """What they are told and where they land must not be a page that they may not open."""
    client = client_of(requeuer)
    entries = [add_entry(), add_entry()]
    page = ask(client, "requeue", entries)
    done = Page.of(client.post(CONFIRMED, {"token": page.value("token")}, follow=True))
    assert done.status == 200
    assert done.messages[0].startswith("Requeued: 2 failed jobs.")
    for link in done.all("a"):
        if "/bulkoperation/" in link.get("href", ""):
            assert client.get(link.get("href", "")).status_code == 200, "a link is offered that is refused"


def test_own_operation_is_shown_without_texts_when_somebody_may_no_longer_see_failed_jobs() -> None:
    problem = add_entry(priority=99_999)
    operation = operate("requeue", [add_entry(), problem], actor="somebody", reason="the outage", queue_name="vip")
    OperationEntry.objects.update(code="refused", about="secret words")
    address = operation_url(operation.pk)
    user = make_user(VIEW, ACTS["requeue"])
    page = get(client_of(user), address)
    for words in ("the outage", "the database refused it: secret words", "vip", f"#{problem}"):
        assert words in page.text
    assert {"Recall what has not started", "Requeue these again …"} <= page.buttons

    user.user_permissions.set(user.user_permissions.exclude(codename=VIEW))
    page = get(client_of(User.objects.get()), address)
    for words in ("the outage", "Requeued: 1 failed job. 1 skipped.", "the database refused them"):
        assert words in page.text
    for words in ("secret words", "vip", f"#{problem}"):
        assert words not in page.text
    assert "Recall what has not started" in page.buttons
    assert "Requeue these again …" not in page.buttons
    assert not [link for link in page.all("a") if "/dlq/" in link.get("href", "")]


def test_link_to_another_operation_is_shown_when_it_is_ones_own() -> None:
    entry = add_entry()
    requeue = operate("requeue", [entry], actor="somebody")
    recall, _new = begin(Confirmation.of("recall", 1), actor="somebody", undoes=requeue)
    client = client_of(make_user(VIEW, ACTS["requeue"]))
    label = f"operation {requeue.pk}"
    assert get(client, operation_url(recall.pk)).links(label) == [operation_url(requeue.pk)]
    BulkOperation.objects.filter(pk=requeue.pk).update(actor="ann")
    page = get(client, operation_url(recall.pk))
    assert not page.links(label)
    assert label in page.text


@pytest.mark.parametrize("lookup", ["note__startswith", "state_reason__contains", "filter__icontains", "note"])
def test_texts_cannot_be_guessed_when_somebody_may_see_operations_only(lookup: str) -> None:
    """By a filter on what the list does not show one could find out, letter by letter, what it says."""
    operation = operate("note", [add_entry()], note="secret")
    BulkOperation.objects.update(state_reason="secret", filter=[["q", "secret"]])
    response = client_of(make_user("view_bulkoperation")).get(OPERATIONS, {lookup: "secret"})
    assert operation_url(operation.pk) not in response.content.decode()


def test_page_is_refused_when_the_table_was_altered_too(requeuer: User) -> None:
    """What is wrong with the table is for those who may see it."""
    sql(f"ALTER TABLE {SCHEMA}.backfill_dlq RENAME failed_at TO failed")
    assert client_of(requeuer).get(LIST).status_code == 500
    assert client_of(make_user(name="nobody")).get(LIST).status_code == 403
