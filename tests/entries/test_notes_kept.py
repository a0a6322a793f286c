"""Notes are never lost: appended or replaced, by one or by many, each text is kept in the entry's history."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from dlq.entries.note_editing import NoteConflict, lost_note, save_note
from dlq.entries.timeline import full_history
from dlq.models import BackfillDlq, BulkOperation, EntryNote
from tests.support.database import SCHEMA, sql
from tests.support.entries import add_entries, add_entry, cell, row_of, text_of
from tests.support.operations import operate, requeue
from tests.support.pages import entry_url, get

pytestmark = pytest.mark.django_db

STAMP = r"\d{4}-\d\d-\d\d \d\d:\d\d UTC, ann: "


def noted(*entries: int, text: str = "told the customer", **details: Any) -> BulkOperation:
    return operate("note", entries, note=text, actor="ann", **details)


def kept(entry: int) -> list[tuple[str, str]]:
    """The whole notes each time they were written here, and what they were put in the place of; oldest first."""
    return list(EntryNote.objects.filter(entry_id=entry).order_by("id").values_list("text", "replaced"))


def of(entry: int) -> BackfillDlq:
    return BackfillDlq.objects.get(pk=entry)


def library_requeues(entry: int, notes: str | None = None) -> None:
    sql(
        f"UPDATE {SCHEMA}.backfill_dlq SET requeued_count = requeued_count + 1, last_requeued_at = now(), notes = %s"
        " WHERE id = %s",
        notes,
        entry,
    )


@pytest.mark.parametrize("before", [None, "", "mine", "two\nlines", "ends with a break\n"])
def test_note_stands_below_what_was_there_when_it_is_added(before: str | None) -> None:
    entry = add_entry(notes=before)
    noted(entry)
    text = cell(entry, "notes")
    assert re.fullmatch(STAMP + "told the customer", text.removeprefix(f"{before}\n" if before else ""))
    assert text.startswith(before or "")
    assert kept(entry) == [(text, "")]


@pytest.mark.parametrize("before", [None, "", "mine"])
def test_old_text_is_kept_in_the_history_when_a_note_takes_its_place(before: str | None) -> None:
    entry = add_entry(notes=before)
    operation = noted(entry, replace_notes=True)
    text = cell(entry, "notes")
    assert re.fullmatch(STAMP + "told the customer", text)
    assert kept(entry) == [(text, before or "")]
    (event,) = [event for event in full_history(entry, of(entry)) if event.what == "Note"]
    assert event.detail == (f"{text}\nin place of:\n{before}" if before else text)
    assert (event.who, event.operation_id) == ("ann", operation.pk)


@pytest.mark.parametrize("replace", [False, True])
def test_each_entry_keeps_its_own_texts_when_many_are_noted(settings: Any, replace: bool) -> None:
    settings.DLQ_CHUNK_SIZE = 4
    entries = add_entries(10, notes="'note ' || n")
    assert noted(*entries, replace_notes=replace).done_count == 10
    for number, entry in enumerate(entries, start=1):
        ((text, replaced),) = kept(entry)
        assert cell(entry, "notes") == text
        assert replaced == (f"note {number}" if replace else "")
        assert text.startswith(f"note {number}\n") != replace


def test_only_the_notes_change_when_noted() -> None:
    entry = add_entry(payload='{"n": 10.00}', last_error="null", job_key="k")
    before = row_of(entry)
    noted(entry)
    after = row_of(entry)
    assert {name for name in before if before[name] != after[name]} == {"notes"}


def test_rest_is_noted_when_an_owners_trigger_refuses_one_row() -> None:
    entries = add_entries(5)
    sql("CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$")
    sql(
        f"CREATE TRIGGER refuse BEFORE UPDATE ON {SCHEMA}.backfill_dlq FOR EACH ROW WHEN (OLD.id = {entries[2]})"
        " EXECUTE FUNCTION refuse()"
    )
    before = text_of(entries[2])
    operation = noted(*entries)
    assert (operation.done_count, operation.failed_count) == (4, 1)
    assert text_of(entries[2]) == before
    assert kept(entries[2]) == []


def test_note_of_a_requeue_is_kept_with_the_whole_text() -> None:
    entry = add_entry(notes="mine")
    requeue(entry, note="mail server is back", actor="ann")
    text = cell(entry, "notes")
    assert re.fullmatch("mine\n" + STAMP + "mail server is back", text)
    assert kept(entry) == [(text, "")]


def test_nothing_is_kept_when_a_requeue_has_no_note() -> None:
    entry = add_entry(notes="mine")
    requeue(entry)
    assert (cell(entry, "notes"), kept(entry)) == ("mine", [])


def test_note_can_be_restored_when_the_librarys_requeue_blanked_it() -> None:
    entry = add_entry(notes="mine")
    noted(entry)
    text = cell(entry, "notes")
    assert lost_note(of(entry)) is None
    library_requeues(entry)
    lost = lost_note(of(entry))
    assert lost is not None
    assert lost.restored == text
    save_note(entry, seen="", text=lost.restored, actor="bob")
    assert cell(entry, "notes") == text
    assert lost_note(of(entry)) is None


def test_note_that_a_requeue_of_ours_wrote_can_be_restored_too() -> None:
    entry = add_entry()
    requeue(entry, note="mail server is back", actor="ann")
    library_requeues(entry)
    lost = lost_note(of(entry))
    assert lost is not None
    assert lost.restored.endswith("mail server is back")


def test_nothing_is_to_be_restored_when_somebody_emptied_the_note_on_purpose() -> None:
    entry = add_entry(notes="mine")
    noted(entry)
    save_note(entry, seen=cell(entry, "notes"), text="", actor="bob")
    assert cell(entry, "notes") is None
    assert lost_note(of(entry)) is None


def test_note_can_be_restored_when_the_library_wrote_one_of_its_own_in_its_place(boss: Client) -> None:
    entry = add_entry()
    noted(entry)
    text = cell(entry, "notes")
    library_requeues(entry, "requeued by the script")
    page = get(boss, entry_url(entry))
    assert "puts its own text in their place" in page.text
    lost = lost_note(of(entry))
    assert lost is not None
    boss.post(entry_url(entry), {"seen": "requeued by the script", "notes": lost.restored})
    assert cell(entry, "notes") == f"{text}\nrequeued by the script"
    assert lost_note(of(entry)) is None
    assert "puts its own text" not in get(boss, entry_url(entry)).text


def test_nothing_is_to_be_restored_when_somebody_added_to_the_note() -> None:
    entry = add_entry()
    noted(entry)
    library_requeues(entry, f"before\n{cell(entry, 'notes')}\nafter")
    assert lost_note(of(entry)) is None


def test_text_blanked_by_the_library_is_still_in_the_history() -> None:
    entry = add_entry()
    noted(entry)
    library_requeues(entry)
    assert "told the customer" in "\n".join(event.detail for event in full_history(entry, of(entry)))


def test_second_writer_sees_the_conflict_and_nothing_is_lost_when_two_edit() -> None:
    entry = add_entry(notes="before")
    save_note(entry, seen="before", text="by ann", actor="ann")
    with pytest.raises(NoteConflict) as conflict:
        save_note(entry, seen="before", text="by bob", actor="bob")
    assert conflict.value.current == "by ann"
    assert cell(entry, "notes") == "by ann"
    assert kept(entry) == [("by ann", "before")]


def test_both_texts_stay_when_an_operation_notes_what_somebody_is_editing() -> None:
    entry = add_entry(notes="before")
    noted(entry)
    with pytest.raises(NoteConflict):
        save_note(entry, seen="before", text="by bob", actor="bob")
    assert "told the customer" in cell(entry, "notes")


def test_nothing_is_written_when_the_same_text_is_saved_again() -> None:
    """Also where the browser sends its line breaks as CR LF."""
    entry = add_entry(notes="one\ntwo")
    save_note(entry, seen="one\r\ntwo", text="one\ntwo", actor="ann")
    assert (cell(entry, "notes"), kept(entry)) == ("one\ntwo", [])


@pytest.mark.parametrize("replaced", ["mine", ""])
def test_what_was_there_is_kept_unless_the_new_text_continues_from_it(replaced: str) -> None:
    entry = add_entry(notes="mine")
    text = "another" if replaced else "mine\nand more"
    save_note(entry, seen="mine", text=text, actor="ann")
    assert kept(entry) == [(text, replaced)]


def test_notes_come_back_with_the_entry_when_it_is_restored() -> None:
    entry = add_entry(notes="mine")
    noted(entry)
    text = cell(entry, "notes")
    operate("delete", [entry])
    operate("restore", [entry])
    assert cell(entry, "notes") == text
    assert len(kept(entry)) == 1


def test_note_stays_when_a_requeue_with_a_note_is_recalled() -> None:
    """The note tells what somebody did and why; taking the requeue back does not undo that."""
    entry = add_entry(notes="mine")
    requeue(entry, note="mail server is back", actor="ann")
    text = cell(entry, "notes")
    operate("recall", [entry])
    assert cell(entry, "notes") == text
