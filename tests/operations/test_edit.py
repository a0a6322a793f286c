"""Payloads are edited and requeued in one: exact to the digit, both or neither, and what they were is kept."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dlq.models import BulkOperation, PayloadEdit, Requeue
from dlq.operations.confirmation import Confirmation, begin
from dlq.operations.kinds.edit.changes import document_edit, edit_of_lines
from dlq.operations.kinds.edit.shown import shown_payload
from dlq.operations.runner import advance
from dlq.process.processor import process_failed_jobs
from dlq.table.location import TABLE
from tests.support.database import SCHEMA, sql, value
from tests.support.entries import add_entries, add_entry, row_of, text_of
from tests.support.jobs import add_job, exhaust, jobs, start
from tests.support.operations import operate, reasons, wording

pytestmark = pytest.mark.django_db

EXACT = '{"big": 12345678901234567890.123456789012345678, "cur": "eur", "deep": {"n": 10.00, "list": [1.0, 2.50]}, "tiny": 1e-20}'


def edit(entries: list[int] | None, lines: str, **options: Any) -> BulkOperation:
    return operate("edit", entries, payload_edit=edit_of_lines(lines).stored, **options)


def edit_whole(entry: int, text: str, **options: Any) -> BulkOperation:
    shown = shown_payload(entry)
    assert shown
    return operate("edit", [entry], payload_edit=document_edit(text, shown.digest).stored, **options)


def put_back(of: BulkOperation | None, entries: list[int] | None = None) -> BulkOperation:
    confirmation = Confirmation.of("put_back", 1, entry_ids=entries)
    operation, _new = begin(confirmation, actor="bob", undoes=of)
    return advance(operation.pk, float("inf"))


def payload(entry: int) -> str:
    return str(value(f"SELECT payload::text FROM {TABLE.regclass} WHERE id = %s", entry))


def untouched(entry: int, lines: str, **options: Any) -> str:
    """Try to edit it, check that nothing happened, and return the reason."""
    row, queue = text_of(entry), jobs()
    operation = edit([entry], lines, **options)
    assert (operation.done_count, operation.skipped_count + operation.failed_count) == (0, 1)
    assert (text_of(entry), jobs()) == (row, queue)
    assert not PayloadEdit.objects.filter(operation=operation).exists()
    return reasons(operation)[entry]


def test_only_the_named_fields_change_when_paths_are_set_added_and_removed() -> None:
    entry = add_entry(payload=EXACT)
    before = payload(entry)
    operation = edit([entry], 'cur = "EUR"\n+ deep.tax = 0.190\n- deep.list.0')
    wanted = before.replace('"eur"', '"EUR"').replace("[1.0, 2.50]", "[2.50]")
    wanted = wanted.replace('"n": 10.00,', '"n": 10.00, "tax": 0.190,')
    assert json.loads(payload(entry), parse_float=str) == json.loads(wanted, parse_float=str)
    assert [job["payload"] for job in jobs()] == [payload(entry)]
    kept = PayloadEdit.objects.get()
    assert (kept.entry_id, kept.operation_id) == (entry, operation.pk)
    assert value("SELECT original::text FROM dlq_payloadedit") == before
    assert Requeue.objects.get().operation_id == operation.pk
    assert (row_of(entry)["requeued_count"], operation.done_count) == (1, 1)


def test_whole_document_is_taken_to_the_digit() -> None:
    entry = add_entry(payload='{"n": 1}')
    edit_whole(entry, EXACT)
    assert payload(entry) == value("SELECT %s::jsonb::text", EXACT)
    assert [job["payload"] for job in jobs()] == [payload(entry)]


@pytest.mark.parametrize("kind", ["json", "jsonb"])
def test_payload_goes_there_and_back_in_a_column_of_either_type(kind: str) -> None:
    sql(f"ALTER TABLE {TABLE.regclass} ALTER COLUMN payload TYPE {kind} USING payload::{kind}")
    entry = add_entry(payload=EXACT)
    before = text_of(entry)
    operation = edit([entry], 'cur = "EUR"')
    assert '"EUR"' in payload(entry)
    assert "12345678901234567890.123456789012345678" in payload(entry)
    assert put_back(operation).done_count == 1
    sql(f"UPDATE {TABLE.regclass} SET requeued_count = 0, last_requeued_at = NULL")
    assert text_of(entry) == before


@pytest.mark.parametrize(
    ("given", "lines", "about"),
    [
        ('{"a": 1}', "b = 2", "b"),
        ('{"a": 1}', "- b", "b"),
        ('{"a": 1}', "a.b = 2", "a.b"),
        ('{"a": 1}', "+ a.b = 2", "a.b"),
        ('{"a": 1}', "+ c.b = 2", "c.b"),
        ('{"a": [1]}', "a.x = 2", "a.x"),
        ('{"a": [1]}', "- a.5", "a.5"),
        ('{"a": [1]}', "+ a.0 = 2", "a.0"),
        ("[1, 2]", "x = 2", "x"),
        ("null", "x = 2", "x"),
        ('"text"', "- x", "x"),
        ("7", "+ x = 2", "x"),
        ('{"a": 1}', "a = 2\n- b", "b"),
    ],
)
def test_entry_is_left_whole_when_a_path_is_not_there(given: str, lines: str, about: str) -> None:
    assert untouched(add_entry(payload=given), lines) == wording("no_path").format(about=about)


def test_later_change_sees_what_the_one_before_it_made() -> None:
    entry = add_entry(payload='{"a": null}')
    edit([entry], "a = {}\n+ a.b = [1, 2]\na.b.1 = 3")
    assert payload(entry) == '{"a": {"b": [1, 3]}}'


def test_entry_is_left_when_it_is_like_that_already() -> None:
    assert untouched(add_entry(payload='{"a": 10.00}'), "a = 10.00") == wording("edited_already")
    entry = add_entry(payload='{"a": 10.0}')
    assert edit([entry], "a = 10.00").done_count == 1
    assert payload(entry) == '{"a": 10.00}'


def test_entry_is_left_when_its_payload_changed_since_it_was_shown() -> None:
    entry = add_entry(payload='{"a": 1}')
    shown = shown_payload(entry)
    assert shown
    sql(f"UPDATE {TABLE.regclass} SET payload = '{{\"a\": 2}}'")
    operation = operate("edit", [entry], payload_edit=document_edit('{"a": 3}', shown.digest).stored)
    assert reasons(operation) == {entry: wording("payload_changed")}
    assert (payload(entry), jobs()) == ('{"a": 2}', [])


def test_entry_is_left_with_that_reason_when_its_payload_was_set_back() -> None:
    entry = add_entry(payload='{"a": 1}', job_key="k")
    first = edit([entry], "a = 2")
    sql(f"UPDATE {TABLE.regclass} SET payload = '{{\"a\": 1}}'")
    options = {"key_policy": "replace", "also_on_their_way": True}
    assert untouched(entry, "a = 2", **options) == wording("payload_set_back").format(about=first.pk)
    assert edit_whole(entry, '{"a": 2}', **options).done_count == 1, "who sees it may"


def test_refusals_of_a_requeue_hold_and_leave_the_payload() -> None:
    running = add_entry(payload='{"a": 1}', job_key="k")
    start(job := add_job(job_key="k"))
    sent = add_entry(payload='{"a": 1}')
    operate("requeue", [sent])
    assert untouched(add_entry(payload='{"a": 1}', priority=32768), "a = 2") == wording("bad_priority")
    assert untouched(running, "a = 2") == wording("key_running").format(about=job)
    assert untouched(sent, "a = 2").startswith("already on its way")


def test_payload_stays_when_the_engine_queues_nothing() -> None:
    """The row is edited first; where there is no job, that is undone."""
    entries = [add_entry(payload='{"a": 1}', job_key=key) for key in "abc"]
    sql(
        f"CREATE FUNCTION {SCHEMA}.lose() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;"
        f" CREATE TRIGGER lose BEFORE INSERT ON {SCHEMA}._private_jobs FOR EACH ROW WHEN (NEW.key = 'b')"
        f" EXECUTE FUNCTION {SCHEMA}.lose()"
    )
    operation = edit(None, "a = 2")
    assert reasons(operation) == {entries[1]: wording("key_locked")}
    assert [payload(entry) for entry in entries] == ['{"a": 2}', '{"a": 1}', '{"a": 2}']
    assert [job["payload"] for job in jobs()] == ['{"a": 2}'] * 2
    assert sorted(PayloadEdit.objects.values_list("entry_id", flat=True)) == [entries[0], entries[2]]


def test_row_that_the_owner_protects_stops_no_other() -> None:
    sql(
        f"CREATE FUNCTION {SCHEMA}.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$;"
        f" CREATE TRIGGER refuse BEFORE UPDATE OF payload ON {TABLE.regclass} FOR EACH ROW WHEN (OLD.notes = 'hold')"
        f" EXECUTE FUNCTION {SCHEMA}.refuse()"
    )
    entries = add_entries(50, notes="CASE WHEN n = 7 THEN 'hold' END")
    operation = edit(None, "n = 0")
    assert (operation.done_count, operation.failed_count) == (49, 1)
    assert reasons(operation) == {entries[6]: wording("refused").format(about="no")}
    assert sql(f"SELECT count(*) FROM {SCHEMA}._private_jobs WHERE payload::text = '{{\"n\": 0}}'") == [(49,)]


def test_row_whose_json_no_jsonb_can_hold_stops_no_other() -> None:
    sql(f"ALTER TABLE {TABLE.regclass} ALTER COLUMN payload TYPE json USING payload::json")
    good, bad = add_entry(payload='{"a": 1}'), add_entry(payload='{"a": 1, "b": "\\u0000"}')
    operation = edit([good, bad], "a = 2")
    assert (operation.done_count, operation.failed_count) == (1, 1)
    assert "unsupported Unicode escape sequence" in reasons(operation)[bad]


def test_options_of_a_requeue_work_for_an_edit() -> None:
    entries = add_entries(6)
    operation = edit(None, "n = 0", canary_size=2, note="cured", priority=7)
    assert (operation.state, operation.done_count) == ("watching", 2)
    assert [job["priority"] for job in jobs()] == [7, 7]
    assert str(row_of(entries[0])["notes"]).endswith("cured")
    assert payload(entries[2]) == '{"n": 3}'


# Putting back


def test_original_goes_back_to_the_digit_and_only_once() -> None:
    entry = add_entry(payload=EXACT)
    before = payload(entry)
    operation = edit([entry], "tiny = 0")
    undone = put_back(operation)
    assert (payload(entry), undone.done_count) == (before, 1)
    assert PayloadEdit.objects.get().put_back_by_id == undone.pk
    assert [job["payload"] for job in jobs()] != [before], "what is in the queue stays"
    assert put_back(operation).handled_count == 0
    assert reasons(put_back(None, [entry])) == {entry: wording("put_back_none")}


def test_edits_go_back_one_after_the_other() -> None:
    entry = add_entry(payload='{"a": 1}')
    first = edit([entry], "a = 2")
    second = edit([entry], "a = 3", also_on_their_way=True)
    assert reasons(put_back(first)) == {entry: wording("put_back_later").format(about=second.pk)}
    put_back(None, [entry])
    assert payload(entry) == '{"a": 2}'
    put_back(first)
    assert payload(entry) == '{"a": 1}'


def test_payload_that_somebody_changed_since_is_not_overwritten() -> None:
    entry = add_entry(payload='{"a": 1}')
    operation = edit([entry], "a = 2")
    sql(f"UPDATE {TABLE.regclass} SET payload = '{{\"a\": 5}}'")
    assert reasons(put_back(operation)) == {entry: wording("put_back_changed")}
    sql(f"DELETE FROM {TABLE.regclass}")
    assert reasons(put_back(None, [entry])) == {entry: wording("put_back_gone")}
    assert not sql(f"SELECT FROM {TABLE.regclass}")


def test_edited_payload_lasts_when_the_key_fails_again() -> None:
    entry = add_entry(payload='{"a": 1}', job_key="k")
    edit([entry], "a = 2")
    exhaust(jobs()[0]["id"])
    process_failed_jobs(TABLE)
    assert payload(entry) == '{"a": 2}'
    assert put_back(None, [entry]).done_count == 1
