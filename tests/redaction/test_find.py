"""Finding shows and compares what everybody reads: quotations, suggestions, payload columns, links of values, the trash."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client
from django.urls import reverse

from tests.redaction.places import SECRET
from tests.support.entries import add_entry
from tests.support.operations import operate
from tests.support.pages import LIST, Page, entry_url, get
from tests.support.people import client_of, make_user

pytestmark = pytest.mark.django_db

TRASH = reverse("admin:dlq_deletedentry_changelist")
VALUES = f"{LIST}values/"
MASK = "[masked: password]"
PAYLOAD = json.dumps({"password": SECRET, "customer_id": 7})


@pytest.fixture
def viewer() -> Client:
    return client_of(make_user("view_backfilldlq", name="viewer"))


@pytest.fixture
def seer() -> Client:
    return client_of(make_user("view_backfilldlq", "see_redacted_backfilldlq", name="seer"))


def add() -> int:
    return add_entry(
        payload=PAYLOAD, last_error=json.dumps(f"login\npassword: {SECRET}"), notes=f"told password={SECRET}"
    )


@pytest.mark.parametrize("place", ["error", "payload", "notes"])
def test_quotation_is_masked(viewer: Client, seer: Client, place: str) -> None:
    texts: dict[str, Any] = {
        "error": {"last_error": json.dumps(f"login\nhere password: {SECRET}")},
        "payload": {"payload": json.dumps({"here": 1, "password": SECRET})},
        "notes": {"notes": f"here password={SECRET}"},
    }
    add_entry(**texts[place])
    for client in (viewer, seer):
        page = get(client, LIST, q="here")
        assert f"{place}: " in page.text
        assert MASK in page.text
        assert SECRET not in page.text


@pytest.mark.parametrize("of", [{"of": "payload", "payload": "password="}, {"of": "payload.password"}])
def test_suggested_values_are_masked(viewer: Client, settings: Any, of: dict[str, str]) -> None:
    settings.DLQ_PAYLOAD_COLUMNS = ["password"]
    add()
    said = viewer.get(VALUES, of).content.decode()
    assert MASK in said
    assert SECRET not in said
    typed = "payload" if of["of"] == "payload" else "payload.password"
    begun = "password=" if typed == "payload" else ""
    assert MASK not in viewer.get(VALUES, {"of": of["of"], typed: begun + SECRET[:4]}).content.decode()


def test_payload_column_is_masked_and_compared_masked(viewer: Client, seer: Client, settings: Any) -> None:
    settings.DLQ_PAYLOAD_COLUMNS = ["password"]
    entry = add()
    assert MASK in get(viewer, LIST).text
    found = {
        (client is seer, text): entry in get(client, LIST, **{"payload.password": text}).entries
        for client in (viewer, seer)
        for text in (SECRET, MASK)
    }
    assert found == {(False, SECRET): False, (False, MASK): True, (True, SECRET): True, (True, MASK): True}


def test_values_lead_to_what_has_them_as_they_are_read(viewer: Client, seer: Client) -> None:
    entry = add()
    for client in (viewer, seer):
        markup = client.get(entry_url(entry)).content.decode()
        assert quote(f"password={MASK}", safe="") in markup.replace("+", "%20")
        assert SECRET not in markup
        assert get(client, LIST, payload=f"password={MASK}").entries == [entry]
    shown = seer.post(entry_url(entry), {"show_masked": "1"}).content.decode()
    assert SECRET in shown
    assert not [part for part in shown.split("href=")[1:] if SECRET in part.split(">")[0]]


def test_trash_is_shown_and_searched_masked(viewer: Client, seer: Client) -> None:
    entry = add_entry(last_error=json.dumps(f"password: {SECRET}"), payload=PAYLOAD, notes=f"password={SECRET}")
    operate("delete", [entry])
    for client, finds in ((viewer, False), (seer, True)):
        assert Page.of(client.get(TRASH)).text.count(SECRET) == 0
        assert MASK in get(client, TRASH).text
        assert bool(get(client, TRASH, q=SECRET).links(f"#{entry}")) == finds
        assert get(client, TRASH, q="customer_id").links(f"#{entry}")
    assert get(viewer, TRASH, q="masked").links(f"#{entry}")


@pytest.mark.parametrize("mode", ["anywhere", "words"])
def test_notes_are_searched_masked(viewer: Client, seer: Client, mode: str) -> None:
    entry = add_entry(notes=f"told password={SECRET}")
    for client, finds in ((viewer, False), (seer, True)):
        assert (entry in get(client, LIST, q=SECRET, q_by=mode).entries) == finds
        assert get(client, LIST, q="told", q_by=mode).entries == [entry]
