"""The trash: what is in it is put back whole, chosen or all of it; what can't be is left there with the reason; it expires."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from dlq.entries.timeline import full_history
from dlq.models import BulkOperation, DeletedEntry, OperationEntry
from dlq.operations.confirmation import Confirmation, begin
from dlq.operations.runner import advance
from dlq.trash.purge import purge_trash
from tests.support.database import SCHEMA, sql, value
from tests.support.entries import add_entries, add_entry, drop_unique_key_index, ids, text_of
from tests.support.operations import operate, reasons, wording

pytestmark = pytest.mark.django_db

TABLE = f"{SCHEMA}.backfill_dlq"


def delete(*entries: int, **details: Any) -> BulkOperation:
    return operate("delete", entries, **details)


def restore(deletion: BulkOperation) -> BulkOperation:
    """The whole of it."""
    operation, _new = begin(Confirmation.of("restore", 1), actor="tester", undoes=deletion)
    return advance(operation.pk, float("inf"))


def restore_chosen(*entries: int) -> BulkOperation:
    return operate("restore", entries)


def in_trash() -> list[int]:
    return sorted(DeletedEntry.objects.values_list("entry_id", flat=True))


def expire(entries: Sequence[int]) -> None:
    DeletedEntry.objects.filter(entry_id__in=entries).update(deleted_at="2020-01-01T00:00Z")


@pytest.mark.parametrize("chunk_size", [1, 2, 1000])
def test_only_the_chosen_ones_come_back_from_whatever_operation_deleted_them(settings: Any, chunk_size: int) -> None:
    settings.DLQ_CHUNK_SIZE = chunk_size
    one, two, three, four = add_entries(4)
    before = text_of(one), text_of(four)
    delete(one, two)
    delete(three, four)
    restored = restore_chosen(one, four)
    assert (restored.done_count, restored.handled_count, restored.state) == (2, 2, "done")
    assert (text_of(one), text_of(four)) == before
    assert (ids(), in_trash()) == ([one, four], [two, three])


def test_chosen_one_is_named_when_it_is_not_in_the_trash() -> None:
    here, deleted, never = add_entry(), add_entry(), 10**9
    delete(deleted)
    restored = restore_chosen(here, deleted, never)
    assert reasons(restored) == dict.fromkeys((here, never), wording("not_in_trash"))
    assert restored.done_count == 1


def test_only_its_own_entries_come_back_when_an_operation_is_restored() -> None:
    one, two = add_entries(2)
    deletion = delete(one)
    delete(two)
    restore(deletion)
    assert (ids(), in_trash()) == ([one], [two])


def test_many_come_back_once_when_two_restores_overlap() -> None:
    entries = add_entries(5)
    deletion = delete(*entries)
    first = restore_chosen(*entries[:3])
    second = restore(deletion)
    assert (first.done_count, second.done_count) == (3, 2)
    assert ids() == sorted(entries)


def test_first_of_a_key_comes_back_when_both_were_deleted_and_keys_are_unique() -> None:
    one = add_entry(job_key="k")
    first = delete(one)
    two = add_entry(job_key="k")
    second = delete(two)
    restored = restore_chosen(one, two)
    assert reasons(restored) == {two: wording("restore_conflict")}
    assert (ids(), in_trash()) == ([one], [two])
    assert (restore(first).handled_count, restore(second).skipped_count) == (0, 1)


def test_both_come_back_when_the_table_takes_a_key_twice() -> None:
    drop_unique_key_index()
    entries = [add_entry(job_key="k"), add_entry(job_key="k")]
    assert restore(delete(*entries)).done_count == 2


def test_row_deleted_last_comes_back_when_somebody_used_the_id_again() -> None:
    entry = add_entry(task_identifier="first")
    delete(entry)
    add_entry(id=entry, task_identifier="second")
    delete(entry)
    assert restore_chosen(entry).done_count == 1
    assert value(f"SELECT task_identifier FROM {TABLE}") == "second"
    assert reasons(restore_chosen(entry)) == {entry: wording("restore_conflict")}
    assert in_trash() == [entry]


def test_entry_stays_in_the_trash_when_the_tables_counter_has_not_been_used_yet() -> None:
    """It would hand the id out again, however small it is: the next add_to_dlq would fail."""
    entry = add_entry()
    deletion = delete(entry)
    sql(f"ALTER SEQUENCE {SCHEMA}.backfill_dlq_id_seq RESTART")
    assert reasons(restore(deletion)) == {entry: wording("restore_sequence")}
    assert in_trash() == [entry]


def test_last_id_that_the_counter_gave_comes_back() -> None:
    entry = add_entry()
    deletion = delete(entry)
    assert restore(deletion).done_count == 1
    assert add_entry() == entry + 1


def test_entry_comes_back_when_the_table_has_no_counter() -> None:
    entry = add_entry()
    deletion = delete(entry)
    sql(f"ALTER TABLE {TABLE} ALTER COLUMN id DROP DEFAULT")
    sql(f"DROP SEQUENCE {SCHEMA}.backfill_dlq_id_seq")
    assert restore(deletion).done_count == 1


def test_others_come_back_when_a_new_rule_of_the_owner_refuses_one() -> None:
    entries = add_entries(7, priority="n")
    deletion = delete(*entries)
    sql(f"ALTER TABLE {TABLE} ADD CHECK (priority <> 4)")
    restored = restore(deletion)
    assert (restored.done_count, restored.failed_count) == (6, 1)
    assert "violates check constraint" in reasons(restored)[entries[3]]
    assert in_trash() == [entries[3]]


def test_column_that_became_generated_is_left_to_the_table() -> None:
    sql(f"ALTER TABLE {TABLE} ADD COLUMN twice int")
    entry = add_entry(priority=21, twice=1)
    deletion = delete(entry)
    sql(f"ALTER TABLE {TABLE} DROP COLUMN twice")
    sql(f"ALTER TABLE {TABLE} ADD COLUMN twice int GENERATED ALWAYS AS (priority * 2) STORED")
    assert restore(deletion).done_count == 1
    assert value(f"SELECT twice FROM {TABLE}") == 42


def test_expired_rows_are_forgotten_and_the_others_stay(settings: Any) -> None:
    settings.DLQ_CHUNK_SIZE = 2
    entries = add_entries(6)
    deletion = delete(*entries)
    expire(entries[:5])
    assert purge_trash() == 5
    assert in_trash() == [entries[5]]
    assert restore(deletion).done_count == 1
    assert reasons(restore_chosen(*entries[:5])) == dict.fromkeys(entries[:5], wording("not_in_trash"))


def test_days_of_the_setting_count_when_the_trash_is_emptied(settings: Any) -> None:
    old, new = add_entries(2)
    delete(old, new)
    sql("UPDATE dlq_deletedentry SET deleted_at = now() - interval '29 days' WHERE entry_id = %s", old)
    assert purge_trash() == 0
    settings.DLQ_TRASH_DAYS = 28
    assert purge_trash() == 1
    assert in_trash() == [new]


def test_who_deleted_it_is_still_known_when_the_row_expired() -> None:
    entry = add_entry()
    deletion = delete(entry, actor="ann", reason="a test job")
    expire([entry])
    purge_trash()
    (event,) = full_history(entry, None)
    assert (event.what, event.who, event.detail, event.operation_id) == (
        "Moved to the trash",
        "ann",
        "a test job",
        deletion.pk,
    )
    assert event.at.year == 2020
    assert OperationEntry.objects.get().operation_id == deletion.pk


def test_whole_life_is_in_the_history_when_deleted_restored_and_deleted_again() -> None:
    entry = add_entry()
    first = delete(entry, actor="ann")
    restore(first)
    delete(entry, actor="bob")
    events = [(event.what, event.who) for event in full_history(entry, None)]
    assert sorted(events) == [
        ("Moved to the trash", "ann"),
        ("Moved to the trash", "bob"),
        ("Restored from the trash", "tester"),
    ]
