"""Notes are edited on the entry's page: nobody's text is lost, and nothing else of the row changes."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from dlq.models import EntryNote
from tests.support.database import SCHEMA, sql
from tests.support.entries import add_entry, cell, text_of
from tests.support.pages import Page, entry_url, events, get, history_url
from tests.support.pages import text_of as words_of
from tests.support.people import client_of

pytestmark = pytest.mark.django_db


def save(client: Client, entry: int, notes: str, seen: str) -> Page:
    return Page.of(client.post(entry_url(entry), {"notes": notes, "seen": seen}, follow=True))


def test_only_the_notes_change_when_they_are_saved(boss: Client) -> None:
    entry = add_entry(payload='{"n": 10.00}', notes=None)
    before = (text_of(entry) or "").split(",")
    page = save(boss, entry, "line one\r\nline two", "")
    assert "The notes were saved." in page.messages
    assert cell(entry, "notes") == "line one\nline two"
    sql(f"UPDATE {SCHEMA}.backfill_dlq SET notes = NULL")
    assert (text_of(entry) or "").split(",") == before


def test_change_of_notes_has_a_name_on_it_when_saved(boss: Client) -> None:
    entry = add_entry(notes="before")
    save(boss, entry, "after", "before")
    note = EntryNote.objects.get()
    assert (note.actor, note.entry_id, note.text, note.replaced) == ("boss", entry, "after", "before")
    line = events(get(boss, history_url(entry)))[0]
    assert "Notes changed by boss" in line
    assert "before" in line
    assert "after" in line


def test_name_is_still_there_when_the_user_is_deleted(boss: Client, annotator: User) -> None:
    entry = add_entry(notes="before")
    save(client_of(annotator), entry, "after", "before")
    annotator.delete()
    assert "Notes changed by annotator" in events(get(boss, history_url(entry)))[0]


def test_both_texts_are_shown_and_none_is_lost_when_two_people_write_at_once(boss: Client, annotator: User) -> None:
    entry = add_entry(notes="old")
    save(boss, entry, "mine came first", "old")
    page = save(client_of(annotator), entry, "my own long text", "old")
    assert cell(entry, "notes") == "mine came first"
    assert page.all("div", class_="dlq-conflict")
    assert "mine came first" in page.text
    assert words_of(page.one("textarea", name="notes")) == "my own long text"
    assert page.value("seen") == "mine came first"
    again = save(client_of(annotator), entry, "my own long text", page.value("seen"))
    assert cell(entry, "notes") == "my own long text"
    assert not again.all("div", class_="dlq-conflict")


def test_nothing_is_logged_when_notes_are_saved_unchanged(boss: Client) -> None:
    entry = add_entry(notes="a\nb")
    save(boss, entry, "a\r\nb", "a\r\nb")
    assert not EntryNote.objects.exists()
    assert cell(entry, "notes") == "a\nb"


def test_notes_become_null_when_they_are_emptied(boss: Client) -> None:
    entry = add_entry(notes="x")
    save(boss, entry, "", "x")
    assert cell(entry, "notes") is None


@pytest.mark.parametrize("notes", ["x" * 100_001, "nul\x00"])
def test_reason_is_shown_and_the_text_kept_when_notes_are_refused(boss: Client, notes: str) -> None:
    entry = add_entry(notes="old")
    page = save(boss, entry, notes, "old")
    assert page.status == 200
    assert page.all("ul", class_="errorlist")
    assert cell(entry, "notes") == "old"


def test_people_are_told_when_the_entry_vanished_while_they_wrote(boss: Client) -> None:
    entry = add_entry()
    sql(f"DELETE FROM {SCHEMA}.backfill_dlq")
    assert any("There is no failed job" in message for message in save(boss, entry, "x", "").messages)


def test_notes_are_offered_back_when_something_else_emptied_them(boss: Client) -> None:
    entry = add_entry(notes=None)
    save(boss, entry, "call the customer", "")
    sql(f"UPDATE {SCHEMA}.backfill_dlq SET notes = NULL, requeued_count = 1, last_requeued_at = now()")
    page = get(boss, entry_url(entry))
    assert "There are no notes now, but boss left some" in page.text
    assert "Restore them" in page.buttons
    save(boss, entry, "call the customer", "")
    assert cell(entry, "notes") == "call the customer"
    assert "Restore them" not in get(boss, entry_url(entry)).buttons


def test_notes_are_not_offered_back_when_a_person_emptied_them(boss: Client) -> None:
    entry = add_entry(notes="old")
    save(boss, entry, "", "old")
    assert "Restore them" not in get(boss, entry_url(entry)).buttons
    assert "(emptied) in place of: old" in events(get(boss, history_url(entry)))[0]
