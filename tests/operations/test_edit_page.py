"""Editing payloads on the confirmation page: what is typed, what is shown before the yes, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from dlq.models import BulkOperation, PayloadEdit
from dlq.table.location import TABLE
from tests.support.database import sql, value
from tests.support.entries import add_entries, add_entry
from tests.support.jobs import jobs
from tests.support.pages import (
    OPERATIONS,
    Page,
    ask,
    entry_url,
    events,
    get,
    history_url,
    operation_url,
    press,
    send,
    text_of,
)

pytestmark = pytest.mark.django_db

LOOK = "Show what would change"


def payload(entry: int) -> str:
    return str(value(f"SELECT payload::text FROM {TABLE.regclass} WHERE id = %s", entry))


def typed(page: Page, name: str) -> str:
    return (page.one("textarea", name=name).text or "").removeprefix("\n")


def lines(page: Page) -> list[str]:
    """Of the differences that are shown."""
    return [
        text_of(line) for tag in ("del", "ins") for box in page.all("pre", class_="dlq-diff") for line in box.iter(tag)
    ]


def complaint(page: Page) -> str:
    assert page.title.startswith("Confirm"), page.messages
    assert not BulkOperation.objects.exists()
    return " ".join(text_of(item) for box in page.all("ul", class_="errorlist") for item in box.iter("li"))


def test_whole_payload_of_one_is_edited_after_a_look(boss: Client) -> None:
    entry = add_entry(payload='{"price": 10.00, "big": 12345678901234567890.5, "cur": "eur"}')
    page = ask(boss, "edit", [entry])
    assert LOOK in page.buttons
    text = typed(page, "document")
    assert '"price": 10.00' in text
    looked = send(boss, page, document=text.replace('"eur"', '"EUR"'))
    assert lines(looked) == ['- "cur": "eur",', '+ "cur": "EUR",']
    assert (complaint(looked), jobs()) == ("", [])
    assert "Edit and requeue" in looked.buttons
    done = send(boss, looked, document=typed(looked, "document"))
    assert done.messages[0].startswith("Edited and requeued: 1 failed job.")
    assert payload(entry) == '{"big": 12345678901234567890.5, "cur": "EUR", "price": 10.00}'
    assert [job["payload"] for job in jobs()] == [payload(entry)]


def test_many_are_edited_by_a_list_after_a_look_at_five(boss: Client) -> None:
    entries = add_entries(7, payload="jsonb_build_object('n', n, 'cur', 'eur')")
    add_entry(payload='{"n": 8}', failed_at="2020-01-01")
    page = ask(boss, "edit", everything=True)
    looked = send(boss, page, changes='cur = "EUR"')
    assert len(looked.all("pre", class_="dlq-diff")) == 5
    assert "7 would be requeued and 1 skipped" in looked.text
    assert "1: their payload lacks a field that was to be changed" in looked.text
    assert "Edit and requeue 8" in looked.buttons
    done = send(boss, looked, changes='cur = "EUR"')
    assert "Edited and requeued: 7 failed jobs. 1 skipped: its payload has no cur" in done.messages[0]
    assert {payload(entry) for entry in entries} == {f'{{"n": {n}, "cur": "EUR"}}' for n in range(1, 8)}


def test_what_is_confirmed_is_what_was_shown(boss: Client) -> None:
    entries = add_entries(2, payload="jsonb_build_object('a', 1)")
    page = ask(boss, "edit", entries)
    assert complaint(send(boss, page, changes="a = 2", shown="x")) == ""
    looked = send(boss, page, changes="a = 2")
    again = send(boss, looked, changes="a = 3")
    assert not BulkOperation.objects.exists()
    assert '+ "a": 3' in lines(again)
    send(boss, again, changes="a = 3")
    assert [payload(entry) for entry in entries] == ['{"a": 3}'] * 2


def test_text_is_kept_when_the_payload_changed_meanwhile(boss: Client) -> None:
    entry = add_entry(payload='{"a": 1}')
    looked = send(boss, ask(boss, "edit", [entry]), document='{"a": 2}')
    sql(f"UPDATE {TABLE.regclass} SET payload = '{{\"a\": 9}}'")
    page = send(boss, looked, document='{"a": 2}')
    assert complaint(page).startswith("The payload changed since this page was shown")
    assert typed(page, "document") == '{"a": 2}'
    page = send(boss, page, document='{"a": 2}')
    assert lines(page) == ['- "a": 9', '+ "a": 2']
    send(boss, page, document='{"a": 2}')
    assert payload(entry) == '{"a": 2}'


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ('{"a": 1,}', "Line 1, column 9: this is no JSON"),
        ('{"a": 1,\n "b": tru}', "Line 2, column 7: this is no JSON"),
        ('{"a":\n  "x\\u0000"}', "Line 2, column 5: PostgreSQL can’t hold the character \\u0000"),
        ('{"a": "\\\\u0000 \\ud83d"}', "Line 1, column 16: \\ud83d is half of a character"),
        ('["\\ud83d\\ude00", "\\ude00"]', "Line 1, column 19: \\ude00 is half of a character"),
        ('{"a": NaN}', "Line 1, column 7: this is no JSON (NaN"),
        ('{"a": 1e999999}', "this number is larger than PostgreSQL can hold."),
        ("[" * 50_000 + "]" * 50_000, "this is nested more deeply than PostgreSQL can read."),
        ("x" * 300_000, "This has 300,000 characters; at most 262,144"),
        ("", "A payload is never empty"),
        ("a\x00", "Null characters are not allowed."),
    ],
)
def test_document_that_is_no_json_is_refused_with_its_place(boss: Client, document: str, says: str) -> None:
    page = send(boss, ask(boss, "edit", [add_entry()]), document=document)
    assert says in complaint(page)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ("", "Write what is to be changed."),
        ("  \n ", "Write what is to be changed."),
        ("a", 'Line 1, column 2: a path and a value are needed, as in order.currency = "EUR".'),
        ("a = 1\nb = ", "Line 2, column 5: the value is missing"),
        ("a = 1\nb.c = [1, 2", "Line 2, column 12: this is no JSON"),
        ("a = EUR", "Line 1, column 5: this is no JSON"),
        ('a = "\\u0000"', "Line 1, column 6: PostgreSQL can’t hold"),
        ("a..b = 1", "Line 1, column 3: here the name of a field is expected"),
        ("= 1", "Line 1, column 1: here the name of a field is expected"),
        ("- a = 1", "Line 1, column 5: what is removed takes a path and nothing else."),
        ('"a\\u0000" = 1', "a name can’t contain the NUL character"),
        (".".join("a" * 33) + " = 1", "a path has at most 32 parts, this has 33."),
        ("a = 1\n" * 51, "These are 51 changes; at most 50"),
    ],
)
def test_list_that_cannot_be_read_is_refused_with_its_place(boss: Client, changes: str, says: str) -> None:
    page = send(boss, ask(boss, "edit", add_entries(2)), changes=changes)
    assert says in complaint(page)
    assert typed(page, "changes") == changes.replace("\r", "")


def test_names_with_signs_in_them_stand_in_quotes(boss: Client) -> None:
    entries = [add_entry(payload='{"a.b": {"c d": 1}, "ü": 1}') for _ in range(2)]
    changes = '"a.b"."c d" = 2\nü = 3'
    page = send(boss, ask(boss, "edit", entries), changes=changes)
    send(boss, page, changes=changes)
    assert payload(entries[0]) == '{"ü": 3, "a.b": {"c d": 2}}'


def test_one_that_is_too_long_for_a_text_area_is_edited_by_a_list(boss: Client) -> None:
    entry = add_entry(payload=f'{{"a": 1, "long": "{"x" * 300_000}"}}')
    page = ask(boss, "edit", [entry])
    assert "changes" in page.fields()
    looked = send(boss, page, changes="a = 2")
    assert '- "a": 1,' in lines(looked)
    assert "Only the beginning was compared" in looked.text
    send(boss, looked, changes="a = 2")
    assert payload(entry).startswith('{"a": 2, ')


def test_page_says_so_when_nothing_would_change(boss: Client) -> None:
    entries = add_entries(3, payload="jsonb_build_object('a', 1)")
    looked = send(boss, ask(boss, "edit", entries), changes="a = 1")
    assert "In none of the 3 newest would anything change." in looked.text


def test_original_is_put_back_from_the_entry_and_the_history_tells(boss: Client) -> None:
    entry = add_entry(payload='{"a": 1}')
    assert "Put the original payload back" not in get(boss, entry_url(entry)).buttons
    looked = send(boss, ask(boss, "edit", [entry]), document='{"a": 2}')
    send(boss, looked, document='{"a": 2}')
    assert "Put the original payload back" in get(boss, entry_url(entry)).buttons
    assert "Given the original payload back: 1 failed job." in press(boss, entry_url(entry), "put_back").text
    assert payload(entry) == '{"a": 1}'
    told = events(get(boss, history_url(entry)))
    assert any("Payload edited by boss" in event and "The whole payload" in event for event in told)
    assert any("Original payload put back by boss" in event for event in told)


def test_operation_tells_what_it_changed_and_can_be_put_back(boss: Client) -> None:
    entries = add_entries(3, payload="jsonb_build_object('a', 1, 'b', n)")
    page = send(boss, ask(boss, "edit", entries), changes="a = 2\n- b")
    send(boss, page, changes="a = 2\n- b")
    operation = BulkOperation.objects.get()
    shown = get(boss, operation_url(operation.pk))
    assert "Set a2" in shown.text
    assert "Remove b" in shown.text
    assert {"Put the original payloads back", "Recall what has not started"} <= shown.buttons
    press(boss, operation_url(operation.pk), "recall")
    press(boss, operation_url(operation.pk), "put_back")
    assert jobs() == []
    assert [payload(entry) for entry in entries] == [f'{{"a": 1, "b": {n}}}' for n in (1, 2, 3)]
    assert not PayloadEdit.objects.filter(put_back_by=None).exists()
    undone = BulkOperation.objects.get(kind="put_back")
    shown = get(boss, operation_url(undone.pk))
    assert ("put_back" in shown.text, f"Operation {undone.pk}: put back" in shown.text) == (False, True)
    listed = get(boss, OPERATIONS)
    assert listed.links(f"put back #{undone.pk}") == [operation_url(undone.pk)]
    assert listed.links("put back") == ["?kind__exact=put_back"]
    assert "put_back" not in listed.text
    assert "Put the original payloads back" not in get(boss, operation_url(operation.pk)).buttons


def test_requeue_options_are_offered_and_kept_while_looking(boss: Client) -> None:
    entries = add_entries(3, payload="jsonb_build_object('a', 1)")
    fields: dict[str, Any] = {"changes": "a = 2", "priority": "7", "reason": "the deployment", "canary_size": "1"}
    looked = send(boss, ask(boss, "edit", entries), **fields)
    assert looked.value("priority") == "7"
    send(boss, looked, **fields)
    operation = BulkOperation.objects.get()
    assert (operation.priority, operation.reason, operation.state, operation.done_count) == (
        7,
        "the deployment",
        "watching",
        1,
    )
