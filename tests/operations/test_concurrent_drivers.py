"""Any number of drivers: each entry is acted on once."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from dlq.models import BulkOperation, DeletedEntry, Requeue
from dlq.operations.confirmation import begin
from dlq.operations.runner import advance
from tests.support.entries import add_entries, cell, ids
from tests.support.jobs import jobs
from tests.support.operations import confirm
from tests.support.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)

FOR_EVER = float("inf")


def drive_to_the_end(operation: int) -> None:
    """As the progress page does: call again until it is done."""
    while advance(operation, FOR_EVER).state != BulkOperation.State.DONE:
        pass


@pytest.fixture(autouse=True)
def _small_chunks(settings: Any) -> None:
    settings.DLQ_CHUNK_SIZE = 10


def test_each_entry_is_requeued_once_when_four_drive_the_same_operation() -> None:
    entries = add_entries(150, job_key="CASE WHEN n % 3 = 0 THEN 'k' || (1000 - n) END")
    operation, _new = begin(confirm("requeue", pairs=[]), actor="tester")
    at_once(*[lambda: drive_to_the_end(operation.pk)] * 4)
    assert Counter(Requeue.objects.values_list("entry_id", flat=True)) == Counter(entries)
    assert len(jobs()) == 150
    assert {cell(entry, "requeued_count") for entry in entries} == {1}
    operation.refresh_from_db()
    assert (operation.done_count, operation.skipped_count, operation.failed_count) == (150, 0, 0)


def test_each_entry_is_requeued_once_when_operations_overlap() -> None:
    entries = add_entries(150, job_key="CASE WHEN n % 2 = 0 THEN 'k' || (1000 - n) END")
    one, _new = begin(confirm("requeue", pairs=[]), actor="ann")
    two, _new = begin(confirm("requeue", entries[50:]), actor="bob")
    at_once(*[lambda pk=pk: drive_to_the_end(pk) for pk in (one.pk, two.pk, one.pk, two.pk)])
    assert Counter(Requeue.objects.values_list("entry_id", flat=True)) == Counter(entries)
    assert len(jobs()) == 150
    one.refresh_from_db()
    two.refresh_from_db()
    assert one.done_count + two.done_count == 150
    assert (one.handled_count, two.handled_count) == (150, 100)


def test_each_entry_ends_once_when_a_requeue_and_a_delete_overlap() -> None:
    entries = add_entries(100)
    requeue, _new = begin(confirm("requeue", pairs=[]), actor="ann")
    delete, _new = begin(confirm("delete", entries), actor="bob")
    at_once(lambda: drive_to_the_end(requeue.pk), lambda: drive_to_the_end(delete.pk))
    assert ids() == []
    assert Counter(DeletedEntry.objects.values_list("entry_id", flat=True)) == Counter(entries)
    assert len(jobs()) == Requeue.objects.count() == BulkOperation.objects.get(pk=requeue.pk).done_count


def test_confirmation_begins_one_operation_when_it_is_posted_four_times_at_once() -> None:
    entries = add_entries(30)
    confirmation = confirm("requeue", entries)

    def post() -> bool:
        operation, new = begin(confirmation, actor="ann")
        drive_to_the_end(operation.pk)
        return new

    assert sorted(at_once(*[post] * 4)) == [False, False, False, True]
    assert BulkOperation.objects.count() == 1
    assert len(jobs()) == 30
