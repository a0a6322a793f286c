"""Delete moves entries to the trash whole; restore puts them back exactly as they were, or says why not."""

from __future__ import annotations

from typing import Any

import pytest

from dlq.models import BulkOperation, DeletedEntry, OperationEntry
from dlq.operations.confirmation import Confirmation, begin
from dlq.operations.runner import advance
from tests.support import variety
from tests.support.database import SCHEMA, sql, value
from tests.support.entries import add_entries, add_entry, ids, text_of
from tests.support.jobs import jobs
from tests.support.operations import operate, reasons, wording

pytestmark = pytest.mark.django_db

TABLE_TEXT = f"SELECT coalesce(string_agg(t::text, E'\\n' ORDER BY id), '') FROM {SCHEMA}.backfill_dlq t"


def delete(*entries: int) -> BulkOperation:
    return operate("delete", entries)


def restore(deletion: BulkOperation) -> BulkOperation:
    operation, _new = begin(Confirmation.of("restore", 1), actor="tester", undoes=deletion)
    return advance(operation.pk, float("inf"))


def test_rows_are_the_same_to_the_letter_when_restored() -> None:
    variety.fill(120)
    before = value(TABLE_TEXT)
    deletion = operate("delete", pairs=[])
    assert deletion.done_count == 120
    assert ids() == []
    restored = restore(deletion)
    assert (restored.done_count, restored.skipped_count, restored.failed_count) == (120, 0, 0)
    assert value(TABLE_TEXT) == before
    assert not DeletedEntry.objects.exists()


@pytest.mark.parametrize("last_error", [None, "null", '"null"', '{"a": null}', "10.00"])
def test_sql_null_and_json_null_stay_apart_when_restored(last_error: str | None) -> None:
    entry = add_entry(last_error=last_error, payload="null")
    kinds = (
        "SELECT last_error IS NULL, jsonb_typeof(last_error), jsonb_typeof(payload), last_error::text"
        f" FROM {SCHEMA}.backfill_dlq"
    )
    before = sql(kinds), text_of(entry)
    restore(delete(entry))
    assert (sql(kinds), text_of(entry)) == before


def test_numbers_keep_their_digits_when_restored() -> None:
    entry = add_entry(payload='{"a": 10.00, "b": 1152921504606846976, "c": 0.1000000000000000055}')
    before = text_of(entry)
    restore(delete(entry))
    assert text_of(entry) == before


def test_owners_columns_of_any_type_come_back_when_restored() -> None:
    sql(
        f"ALTER TABLE {SCHEMA}.backfill_dlq ADD COLUMN tags text[], ADD COLUMN raw json, ADD COLUMN span interval,"
        " ADD COLUMN bytes bytea, ADD COLUMN place point, ADD COLUMN twice int GENERATED ALWAYS AS (priority * 2) STORED,"
        " ADD COLUMN always int GENERATED ALWAYS AS IDENTITY"
    )
    entry = add_entry(priority=21)
    sql(
        f"""UPDATE {SCHEMA}.backfill_dlq SET tags = ARRAY['a', NULL, '"x"'], raw = '{{"b": 1,  "b": 2.0}}', span = '1 day 2 h',"""
        " bytes = '\\x00ff', place = '(1.5,2)'"
    )
    before = text_of(entry)
    restore(delete(entry))
    assert text_of(entry) == before


def test_queue_is_not_touched_when_deleted_and_restored() -> None:
    restore(delete(add_entry(job_key="k")))
    assert jobs() == []


def test_each_restored_entry_is_recorded_when_restored() -> None:
    entry = add_entry()
    restored = restore(delete(entry))
    assert list(OperationEntry.objects.filter(operation=restored).values_list("entry_id", "result")) == [
        (entry, "done")
    ]


def test_entry_stays_in_the_trash_when_its_id_is_taken() -> None:
    entry, other = add_entry(), add_entry()
    deletion = delete(entry, other)
    add_entry(id=entry, task_identifier="newcomer")
    restored = restore(deletion)
    assert reasons(restored) == {entry: wording("restore_conflict")}
    assert restored.done_count == 1
    assert list(DeletedEntry.objects.values_list("entry_id", flat=True)) == [entry]


def test_entry_stays_in_the_trash_when_its_key_is_taken() -> None:
    entry = add_entry(job_key="k")
    deletion = delete(entry)
    newer = add_entry(job_key="k")
    assert reasons(restore(deletion)) == {entry: wording("restore_conflict")}
    sql(f"DELETE FROM {SCHEMA}.backfill_dlq WHERE id = %s", newer)
    assert restore(deletion).done_count == 1


def test_entry_stays_in_the_trash_when_a_column_vanished() -> None:
    sql(f"ALTER TABLE {SCHEMA}.backfill_dlq ADD COLUMN tenant_id text")
    entry = add_entry(tenant_id="acme")
    deletion = delete(entry)
    sql(f"ALTER TABLE {SCHEMA}.backfill_dlq DROP COLUMN tenant_id")
    assert reasons(restore(deletion)) == {entry: wording("restore_column").format(about="tenant_id")}
    assert DeletedEntry.objects.count() == 1


def test_entry_stays_in_the_trash_when_a_new_column_is_mandatory() -> None:
    entry = add_entry()
    deletion = delete(entry)
    sql(f"ALTER TABLE {SCHEMA}.backfill_dlq ADD COLUMN tenant_id text NOT NULL")
    restored = restore(deletion)
    assert restored.failed_count == 1
    assert "tenant_id" in reasons(restored)[entry]
    assert DeletedEntry.objects.count() == 1


def test_new_column_takes_its_default_when_an_older_row_is_restored() -> None:
    entry = add_entry()
    deletion = delete(entry)
    sql(f"ALTER TABLE {SCHEMA}.backfill_dlq ADD COLUMN environment text NOT NULL DEFAULT 'production'")
    assert restore(deletion).done_count == 1
    assert value(f"SELECT environment FROM {SCHEMA}.backfill_dlq WHERE id = %s", entry) == "production"


def test_entry_stays_in_the_trash_when_its_id_is_above_the_tables_counter() -> None:
    add_entry()
    above = value(f"SELECT last_value FROM {SCHEMA}.backfill_dlq_id_seq") + 1000
    add_entry(id=above)
    deletion = delete(above)
    assert reasons(restore(deletion)) == {above: wording("restore_sequence")}


def test_nothing_is_left_to_restored_when_restored_twice() -> None:
    entry = add_entry()
    deletion = delete(entry)
    restore(deletion)
    again = restore(deletion)
    assert (again.done_count, again.handled_count, again.state) == (0, 0, "done")
    assert len(ids()) == 1


@pytest.mark.parametrize("size", [1, 7])
def test_all_come_back_when_the_trash_is_larger_than_a_chunk(settings: Any, size: int) -> None:
    settings.DLQ_CHUNK_SIZE = size
    entries = add_entries(20)
    before = value(TABLE_TEXT)
    assert restore(delete(*entries)).done_count == 20
    assert value(TABLE_TEXT) == before


def test_the_rest_is_deleted_when_an_owners_row_refuses() -> None:
    sql(f"CREATE TABLE ticket (entry bigint REFERENCES {SCHEMA}.backfill_dlq)")
    entries = add_entries(10)
    sql("INSERT INTO ticket VALUES (%s)", entries[4])
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    deletion = delete(*entries)
    assert (deletion.done_count, deletion.failed_count) == (9, 1)
    assert "violates foreign key" in reasons(deletion)[entries[4]]
    assert ids() == [entries[4]]


def test_notes_are_appended_and_nothing_else_changes_when_a_note_is_added() -> None:
    bare, noted = add_entry(), add_entry(notes="mine", payload='{"n": 10.00}')
    untouched = add_entry()
    before = {entry: text_of(entry) for entry in (untouched,)}
    operation = operate("note", [bare, noted], note="told the customer", actor="ann")
    assert operation.done_count == 2
    texts = dict(sql(f"SELECT id, notes FROM {SCHEMA}.backfill_dlq"))
    assert texts[bare].endswith("UTC, ann: told the customer")
    assert texts[noted].startswith("mine\n")
    assert text_of(untouched) == before[untouched]
    assert "10.00" in (text_of(noted) or "")
