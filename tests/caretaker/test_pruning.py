"""Our own records are deleted when they are old and of nothing that is still here: no sooner, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dlq.caretaker import pruning
from dlq.caretaker.pruning import prune
from dlq.entries.note_editing import save_note
from dlq.models import (
    BulkOperation,
    ChainLife,
    DeletedEntry,
    DutyProgress,
    EditRecord,
    EntryNote,
    OperationEntry,
    Requeue,
    RequeuePattern,
)
from dlq.operations.confirmation import Confirmation, begin
from dlq.operations.runner import advance, cancel
from dlq.trash.purge import purge_trash
from tests.support.database import SCHEMA, another_connection, sql, value
from tests.support.entries import add_entries, add_entry
from tests.support.operations import operate, requeue
from tests.support.patterns import group_everything
from tests.support.threads import at_once

pytestmark = pytest.mark.django_db

TABLE = f"{SCHEMA}.backfill_dlq"
TIMES = {
    "dlq_bulkoperation": ("created_at", "finished_at"),
    "dlq_operationentry": ("created_at",),
    "dlq_requeue": ("created_at",),
    "dlq_entrynote": ("created_at",),
    "dlq_editrecord": ("created_at",),
    "dlq_deletedentry": ("deleted_at",),
}


def everything_is(days: int) -> None:
    """All records are so many days older than they were."""
    for table, columns in TIMES.items():
        sql(f"UPDATE {table} SET {', '.join(f'{name} = {name} - make_interval(days => {days})' for name in columns)}")


def settle_as(outcome: str) -> None:
    sql("UPDATE dlq_requeue SET outcome = %s, settled_at = now() WHERE outcome = ''", outcome)


def vanish(*entries: int) -> None:
    """By others' hands."""
    sql(f"DELETE FROM {TABLE} WHERE id = ANY (%s)", list(entries))


def restore(deletion: BulkOperation) -> BulkOperation:
    operation, _new = begin(Confirmation.of("restore", 1), actor="tester", undoes=deletion)
    return advance(operation.pk, float("inf"))


def left() -> dict[str, int]:
    """How many records there are of each kind, without those of which there are none."""
    models = (BulkOperation, OperationEntry, Requeue, RequeuePattern, EntryNote, EditRecord, DeletedEntry)
    return {model.__name__: number for model in models if (number := model.objects.count())}


def operations() -> set[int]:
    return set(BulkOperation.objects.values_list("pk", flat=True))


def test_everything_is_forgotten_when_it_is_old_and_its_entries_are_gone() -> None:
    one, two = add_entries(2)
    group_everything()
    requeue(one, two, note="again")
    group_everything()
    operate("note", [one], note="looked at")
    requeue(one)  # on its way already: skipped
    settle_as("recovered")
    operate("delete", [one])
    everything_is(100)
    purge_trash()
    vanish(two)
    assert set(left()) == {"BulkOperation", "OperationEntry", "Requeue", "RequeuePattern", "EntryNote"}
    before = left()
    assert prune(10) == 0
    assert left() == before
    everything_is(301)
    assert prune(10) == sum(before.values()) - before["RequeuePattern"]
    assert left() == {}


def test_days_of_the_setting_count(settings: Any) -> None:
    vanish(*_requeued(1))
    everything_is(30)
    assert prune(10) == 0
    settings.DLQ_KEEP_DAYS = 29
    assert prune(10) == 2
    assert left() == {}


def _requeued(number: int, outcome: str = "recovered", **details: Any) -> list[int]:
    entries = add_entries(number)
    requeue(*entries, **details)
    settle_as(outcome)
    return entries


def test_what_belongs_to_an_entry_that_is_here_stays_with_its_operations() -> None:
    here, gone = _requeued(2, note="again")
    operate("note", [gone], note="only of the other one")
    save_note(here, seen=value(f"SELECT notes FROM {TABLE} WHERE id = %s", here), text="mine", actor="ann")
    requeueing = BulkOperation.objects.get(kind="requeue")
    skipping = operate("recall", [here])
    everything_is(500)
    vanish(gone)
    assert prune(10) == 4  # of the one that is gone: a requeue, two notes, the operation that only noted
    assert operations() == {requeueing.pk, skipping.pk}
    assert set(Requeue.objects.values_list("entry_id", flat=True)) == {here}
    assert set(EntryNote.objects.values_list("entry_id", flat=True)) == {here}
    assert set(OperationEntry.objects.values_list("entry_id", flat=True)) == {here}
    vanish(here)
    prune(10)
    assert left() == {}


@pytest.mark.parametrize("kind", ["note", "recall"])
def test_operation_stays_when_one_record_of_it_does(kind: str) -> None:
    here, gone = add_entries(2)
    operation = operate(kind, [here, gone], note="looked at")
    everything_is(500)
    vanish(gone)
    assert prune(10) == 1
    assert operations() == {operation.pk}
    vanish(here)
    assert prune(10) == 2


def test_operation_that_did_nothing_is_kept_as_long_as_any_other() -> None:
    operation, _new = begin(Confirmation.of("restore", 1, entry_ids=[]), actor="tester")
    sql("UPDATE dlq_bulkoperation SET created_at = now() - interval '500 days'")
    cancel(operation.pk, "Not needed.")
    assert prune(10) == 0
    everything_is(500)
    assert prune(10) == 1


def test_origin_of_an_entry_that_is_here_stays() -> None:
    """Its timeline names the entry that its job was requeued from."""
    (old,) = _requeued(1, "failed_again")
    back = add_entry()
    sql("UPDATE dlq_requeue SET returned_as = %s", back)
    everything_is(500)
    vanish(old)
    assert prune(10) == 0
    vanish(back)
    assert prune(10) == 2


def test_requeue_stays_while_it_is_not_known_what_became_of_it() -> None:
    vanish(*_requeued(1, outcome=""))
    everything_is(500)
    assert prune(10) == 0
    settle_as("recovered")
    assert prune(10) == 2


def test_what_is_of_an_entry_in_the_trash_stays_until_it_is_purged(settings: Any) -> None:
    settings.DLQ_TRASH_DAYS = 1000
    entries = _requeued(2)
    operate("delete", entries)
    everything_is(500)
    before = left()
    assert prune(10) == 0
    assert left() == before
    settings.DLQ_TRASH_DAYS = 30
    purge_trash()
    prune(10)
    assert left() == {}


@pytest.mark.parametrize("state", ["running", "watching", "paused"])
def test_operation_that_is_not_over_stays_with_its_records(state: str) -> None:
    vanish(*_requeued(2))
    sql("UPDATE dlq_bulkoperation SET state = %s, finished_at = NULL", state)
    everything_is(500)
    assert prune(10) == 0
    sql("UPDATE dlq_bulkoperation SET state = 'cancelled', finished_at = now()")
    assert prune(10) == 0, "it was ended just now"
    everything_is(500)
    assert prune(10) == 3


def test_what_was_undone_and_what_undid_it_go_together() -> None:
    entries = add_entries(2)
    deletion = operate("delete", entries)
    everything_is(500)
    undoing = restore(deletion)
    vanish(*entries)
    assert prune(10) == 2, "the results of the deletion"
    assert operations() == {deletion.pk, undoing.pk}
    everything_is(500)
    assert prune(10) == 4
    assert left() == {}


def test_what_undid_it_stays_while_the_entry_is_here() -> None:
    entry = add_entry()
    deletion = operate("delete", [entry])
    undoing = restore(deletion)
    everything_is(500)
    assert prune(10) == 0
    assert operations() == {deletion.pk, undoing.pk}


def test_newest_edits_of_a_pattern_stay_however_old_they_are() -> None:
    for pattern, number in ((1, 23), (2, 3)):
        for edit in range(number):
            EditRecord.objects.create(
                kind="pattern", object_id=pattern, actor="ann", changes=[], created_at=f"2020-01-01T00:{edit:02}Z"
            )
    assert prune(10) == 3
    kept = EditRecord.objects.filter(object_id=1).order_by("created_at")
    assert (kept.count(), kept[0].created_at.minute) == (20, 3)
    assert EditRecord.objects.filter(object_id=2).count() == 3


@pytest.mark.parametrize("chunk_size", [1, 3, 1000])
def test_same_is_forgotten_whatever_the_size_of_a_chunk(settings: Any, chunk_size: int) -> None:
    settings.DLQ_CHUNK_SIZE = chunk_size
    entries = _requeued(10, note="x")
    operate("delete", entries[:2])
    here = entries[::4]
    everything_is(500)
    purge_trash()
    vanish(*set(entries) - set(here))
    _requeued(3)
    for _turn in range(5):
        prune(10)
    old = [entry for entry in here if entry not in entries[:2]]
    assert sorted(EntryNote.objects.values_list("entry_id", flat=True)) == old
    assert Requeue.objects.count() == len(old) + 3
    assert OperationEntry.objects.count() == 0
    assert BulkOperation.objects.count() == 2


def test_turn_goes_on_where_the_last_one_ended_when_much_has_to_stay(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DLQ_CHUNK_SIZE = 2
    monkeypatch.setattr(pruning, "LOOKED_AT", 2)
    entries = _requeued(6)
    everything_is(500)
    vanish(entries[5])
    assert [prune(10) for _turn in range(3)] == [0, 0, 1]
    assert _position() == 0, "it begins anew"


def _position() -> int:
    return DutyProgress.objects.get(pk="prune requeues").after


def test_few_statements_are_sent_and_one_slice_is_read_when_there_is_nothing_old(settings: Any) -> None:
    settings.DLQ_CHUNK_SIZE = 10
    _requeued(50)
    prune(10)
    with CaptureQueriesContext(connection) as queries:
        assert prune(10) == 0
    slices = [query["sql"] for query in queries if "scanned" in query["sql"]]
    assert len(slices) == len(pruning.statements())
    assert _position() == 0


def test_turn_ends_when_its_time_is_over(settings: Any) -> None:
    settings.DLQ_CHUNK_SIZE = 1
    vanish(*_requeued(5))
    everything_is(500)
    assert prune(0) == 0
    assert prune(10) == 6


def test_statements_read_by_index_when_tables_are_large_and_unknown_to_the_planner() -> None:
    vanish(*_requeued(5))
    everything_is(500)
    entries = add_entries(3000)
    operate("delete", entries)
    operate("delete", add_entries(1))
    sql(
        "UPDATE dlq_bulkoperation SET created_at = now() - interval '500 days', finished_at = now() - interval '500 days'"
    )
    sql("ANALYZE dlq_deletedentry")
    before = _scans()
    prune(10)
    assert _scans() == before


def _scans() -> list[tuple[Any, ...]]:
    """How often this transaction has read each of the large tables from one end to the other."""
    return sql(
        "SELECT relname, seq_scan FROM pg_stat_xact_user_tables WHERE relid = ANY (%s::regclass[]) ORDER BY 1",
        ["dlq_deletedentry", "dlq_requeue", "dlq_operationentry", "dlq_entrynote", TABLE],
    )


@pytest.mark.django_db(transaction=True)
def test_each_record_goes_once_and_locked_ones_are_left_when_caretakers_prune_at_once(settings: Any) -> None:
    settings.DLQ_CHUNK_SIZE = 5
    entries = _requeued(60)
    everything_is(500)
    vanish(*entries)
    with another_connection() as other:
        other.execute("SELECT FROM dlq_requeue WHERE entry_id = %s FOR UPDATE", [entries[7]])
        turns: Sequence[int] = at_once(*[lambda: prune(10)] * 3)
        # The progress is locked by one at a time: others leave a kind of record to that one.
        assert sum(turns) + prune(10) == 59
        assert set(Requeue.objects.values_list("entry_id", flat=True)) == {entries[7]}
        assert BulkOperation.objects.count() == 1
    assert prune(10) == 2
    assert left() == {}


def test_life_of_a_chain_stays_as_long_as_its_entry_or_a_requeue_of_it() -> None:
    first, second = add_entries(2)
    requeue(first)
    sql(
        "INSERT INTO dlq_chainlife SELECT id, %s, now() - interval '500 days' FROM unnest(%s) AS id",
        first,
        [first, second],
    )
    prune(10)
    assert ChainLife.objects.count() == 2
    vanish(second)
    prune(10)
    assert list(ChainLife.objects.values_list("entry_id", flat=True)) == [first]
    vanish(first)
    prune(10)
    assert ChainLife.objects.count() == 1
    Requeue.objects.all().delete()
    prune(10)
    assert not ChainLife.objects.exists()
