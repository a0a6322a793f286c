"""Payloads with something masked: who may not see it does not edit them and learns nothing; who may reads masks all the same."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from dlq.entries.owner_links import owner_links
from dlq.models import BulkOperation
from dlq.operations.kinds.edit.changes import edit_of_lines
from dlq.operations.kinds.edit.masked_values import masked_values
from dlq.operations.kinds.edit.shown import shown_payload
from dlq.table.location import TABLE
from tests.redaction.places import DOCUMENTS, SECRET
from tests.support.database import value
from tests.support.entries import add_entry
from tests.support.jobs import jobs
from tests.support.pages import Page, ask, entry_url, get, operation_url, press, send
from tests.support.people import client_of, make_user

pytestmark = pytest.mark.django_db

PAYLOAD = f'{{"a": 1, "password": "{SECRET}", "customer": {{"id": 7}}}}'
SEE = "see_redacted_backfilldlq"
EDITOR = ("view_backfilldlq", "edit_payload_backfilldlq", "view_bulkoperation")


@pytest.fixture
def editor() -> Client:
    return client_of(make_user(*EDITOR, name="ann"))


@pytest.fixture
def seer() -> Client:
    return client_of(make_user(*EDITOR, SEE, name="bob"))


def payload(entry: int) -> Any:
    return json.loads(value(f"SELECT payload::text FROM {TABLE.regclass} WHERE id = %s", entry))


def html(page: Page) -> str:
    return str(page.response.content.decode())


def look(client: Client, entries: list[int], changes: str) -> Page:
    page = ask(client, "edit", entries)
    assert SECRET not in html(page)
    return send(client, page, changes=changes)


@pytest.mark.parametrize("document", DOCUMENTS[::5], ids=str)
def test_whole_document_is_no_text_to_edit_where_anything_is_masked(document: Any) -> None:
    assert shown_payload(add_entry(payload=json.dumps({"said": document}))) is None


@pytest.mark.parametrize(
    "changes",
    [
        "a = 2",
        "a = 1",
        f'password = "{SECRET}"',
        'password = "guess"',
        "- password",
        "- password.deep",
        "nothing = 1",
    ],
)
def test_whoever_may_not_see_edits_nothing_and_is_told_the_same_whatever_is_typed(editor: Client, changes: str) -> None:
    entry = add_entry(payload=PAYLOAD)
    looked = look(editor, [entry], changes)
    assert "something in it is masked for you" in looked.text
    assert not looked.all("pre", class_="dlq-diff")
    assert "like that already" not in looked.text
    send(editor, looked, changes=changes)
    operation = BulkOperation.objects.get()
    assert (operation.done_count, operation.skipped_count, jobs()) == (0, 1, [])
    assert "masked for whoever confirmed" in get(editor, operation_url(operation.pk)).text
    assert payload(entry) == json.loads(PAYLOAD)


def test_others_are_edited_beside_them(editor: Client) -> None:
    hidden, plain = add_entry(payload=PAYLOAD), add_entry(payload='{"a": 1}')
    send(editor, look(editor, [hidden, plain], "a = 2"), changes="a = 2")
    assert (payload(hidden), payload(plain)) == (json.loads(PAYLOAD), {"a": 2})


def test_whole_document_that_is_sent_all_the_same_replaces_nothing(editor: Client) -> None:
    entry = add_entry(payload=PAYLOAD)
    page = ask(editor, "edit", [entry])
    sent = send(editor, page, document="{}", seen="", shown="")
    assert "changed since this page was shown" in sent.text
    assert payload(entry) == json.loads(PAYLOAD)


def test_entry_does_not_offer_what_would_be_refused(editor: Client, seer: Client) -> None:
    hidden, plain = entry_url(add_entry(payload=PAYLOAD)), entry_url(add_entry(payload='{"a": 1}'))
    offered = ["Edit payload …" in get(client, at).buttons for client in (editor, seer) for at in (hidden, plain)]
    assert offered == [False, True, True, True]


def test_whoever_may_see_edits_them_and_reads_masks(seer: Client) -> None:
    entry = add_entry(payload=PAYLOAD)
    changes = f'a = 2\n- customer\npassword = "new {SECRET}"'
    looked = look(seer, [entry], changes)
    (diff,) = looked.all("pre", class_="dlq-diff")
    assert '"a": 2,' in "".join(diff.itertext())
    assert "[masked: password]" in "".join(diff.itertext())
    assert html(looked).count(SECRET) == 1  # as it was typed, in the field
    send(seer, looked, changes=changes)
    assert payload(entry) == {"a": 2, "password": f"new {SECRET}"}
    shown = get(seer, operation_url(BulkOperation.objects.get().pk))
    assert "[masked: password]" in shown.text
    assert SECRET not in html(shown)


def test_change_that_is_masked_is_said_to_be_one(seer: Client) -> None:
    looked = look(seer, [add_entry(payload=PAYLOAD)], 'password = "other"')
    assert "What would change is masked." in looked.text
    assert "Nothing would change" not in looked.text


def test_those_left_out_are_edited_by_somebody_who_may(editor: Client, seer: Client) -> None:
    entry = add_entry(payload=PAYLOAD)
    send(editor, look(editor, [entry], "a = 2"), changes="a = 2")
    page = press(seer, operation_url(BulkOperation.objects.get().pk), "again")
    send(seer, send(seer, page, changes="a = 2"), changes="a = 2")
    assert payload(entry)["a"] == 2


def test_right_that_was_taken_away_meanwhile_counts_no_more(seer: Client) -> None:
    entry = add_entry(payload=PAYLOAD)
    looked = look(seer, [entry], "a = 2")
    User.objects.get(username="bob").user_permissions.remove(Permission.objects.get(codename=SEE))
    assert send(seer, looked, changes="a = 2").status == 403
    assert payload(entry) == json.loads(PAYLOAD)


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ('password = "x"', '"[masked: password]"'),
        ('user.api_key = "x"', '"[masked: api_key]"'),
        ('+ list.0.password = "x"', '"[masked: password]"'),
        ('a = {"token": 1, "n": 10.00}', '{"n": 10.00, "token": "[masked: token]"}'),
        ('a = "Bearer abcdefghijkl1"', None),
        ('lines.0.birthday = "x"', '"[masked: *.birthday]"'),
        ("a = 10.00", "10.00"),
        ("- password", ""),
    ],
)
def test_typed_values_are_masked_by_their_path_and_their_looks(settings: Any, line: str, shown: str | None) -> None:
    settings.DLQ_REDACT = ("*.birthday",)
    (told,) = masked_values(edit_of_lines(line).changes)
    assert (told == shown) if shown is not None else ("[masked: " in told), told


def test_links_of_the_owner_have_nothing_that_is_masked(settings: Any) -> None:
    settings.DLQ_LINKS = {"Pass": "https://x.example/{password}", "Customer": "https://x.example/{customer.id}"}
    assert owner_links(add_entry(payload=PAYLOAD)) == [("Customer", "https://x.example/7")]


def test_comparison_shows_masks_and_says_that_they_were_not_compared(seer: Client) -> None:
    one, other = add_entry(payload=PAYLOAD), add_entry(payload=PAYLOAD.replace(SECRET, f"{SECRET}2"))
    page = get(seer, f"/admin/dlq/backfilldlq/{one}/compare/", **{"with": other})
    assert SECRET not in html(page)
    assert "What is masked was not compared." in page.text


def test_nothing_can_be_copied_while_what_is_masked_is_shown(seer: Client) -> None:
    entry = add_entry(payload=PAYLOAD, job_key=f"password={SECRET}", last_error=f'"password={SECRET}"')
    masked = get(seer, entry_url(entry))
    assert masked.one("input", id="copy-ticket").get("value")
    assert SECRET not in html(masked)
    shown = Page.of(seer.post(entry_url(entry), {"show_masked": "1"}))
    assert SECRET in html(shown)
    assert not shown.all("input", id="copy-ticket")
    assert "data-copies" not in html(shown)
    assert not [link for link in shown.all("a") if SECRET in (link.get("href") or "")]
