"""The driving process is killed in the middle of its work, again and again: nothing is lost, nothing done twice."""

from __future__ import annotations

import time
from random import Random

import pytest

from dlq.models import BulkOperation, OperationEntry, PayloadEdit, Requeue
from dlq.operations.confirmation import begin
from dlq.operations.kinds.edit.changes import edit_of_lines
from tests.engine.drivers import CARETAKER, Watch, running
from tests.support.database import another_connection, database_url, sql
from tests.support.entries import add_entries
from tests.support.operations import confirm

pytestmark = [pytest.mark.long, pytest.mark.django_db(transaction=True)]

ENTRIES = 20_000
CHUNK_SIZE = 200
KILLS = 30
INSIDE = 20
"""So many of the kills must have hit the operation between its first and its last chunk."""
EDITED, EDIT_KILLS, EDIT_INSIDE = 4_000, 8, 5
"""Likewise, of an operation that also edits payloads."""
SEED = 20261124


def test_each_entry_is_requeued_once_when_the_driver_is_killed_30_times() -> None:
    entries = add_entries(ENTRIES, job_key="CASE WHEN n % 3 = 0 THEN 'k' || n END", queue_name="'q' || n % 2")
    operation, _new = begin(confirm("requeue", pairs=[]), actor="tester")
    kill_its_drivers(operation, ENTRIES, KILLS, INSIDE)
    assert list(Requeue.objects.order_by("entry_id").values_list("entry_id", flat=True)) == entries
    assert sql(
        "SELECT count(*), count(DISTINCT j.payload::jsonb), count(r.id)"
        " FROM graphile_worker._private_jobs j LEFT JOIN dlq_requeue r ON r.job_id = j.id"
    ) == [(ENTRIES, ENTRIES, ENTRIES)]
    assert sql("SELECT DISTINCT requeued_count FROM graphile_worker.backfill_dlq") == [(1,)]


def test_each_payload_is_edited_once_with_its_job_when_the_driver_is_killed() -> None:
    entries = add_entries(EDITED, payload="jsonb_build_object('n', n, 'price', 10.00)")
    edit = edit_of_lines("price = 12.50\n+ cured = true").stored
    operation, _new = begin(confirm("edit", pairs=[]), actor="tester", payload_edit=edit)
    kill_its_drivers(operation, EDITED, EDIT_KILLS, EDIT_INSIDE)
    assert list(PayloadEdit.objects.order_by("entry_id").values_list("entry_id", flat=True)) == entries
    assert sql(
        "SELECT count(*) FROM graphile_worker.backfill_dlq e JOIN dlq_payloadedit p ON p.entry_id = e.id"
        " JOIN dlq_requeue r ON r.entry_id = e.id JOIN graphile_worker._private_jobs j ON j.id = r.job_id"
        " WHERE j.payload::text = e.payload::text AND e.requeued_count = 1"
        """ AND e.payload::text = (replace(p.original::text, '10.00', '12.50')::jsonb || '{"cured": true}')::text"""
        " AND p.original::text ~ '10\\.00'"
    ) == [(EDITED,)]


def kill_its_drivers(operation: BulkOperation, entries: int, kills: int, least_inside: int) -> None:
    """One after the other, and let the last one do the rest."""
    random = Random(SEED)
    inside = 0
    with another_connection(autocommit=True) as observer:
        watch = Watch(observer, operation.pk, CHUNK_SIZE)
        now = watch.progress()
        for kill in range(kills):
            name = f"driver-{kill}"
            with running(database_url(), *CARETAKER, DLQ_CHUNK_SIZE=CHUNK_SIZE, PGAPPNAME=name) as driver:
                moved = watch.until_it_moves(now)
                time.sleep(random.uniform(0, moved.seconds_a_chunk))
                driver.kill()
            watch.wait_until_left_alone(name)
            before, now = now, watch.progress()
            assert now.handled > before.handled or now.state == "done", f"a restart did nothing (seed {SEED}): {now}"
            inside += now.state == "running" and now.handled < entries
        assert inside >= least_inside, (
            f"only {inside} kills hit the operation between its first and last chunk (seed {SEED})"
        )
        with running(database_url(), *CARETAKER, DLQ_CHUNK_SIZE=CHUNK_SIZE) as driver:
            end = watch.until_it_ends(driver)
            errors = driver.stop()
    assert (end.state, "Trying again" in errors) == ("done", False), errors
    operation.refresh_from_db()
    assert (operation.done_count, operation.skipped_count, operation.failed_count) == (entries, 0, 0), f"seed {SEED}"
    assert not OperationEntry.objects.exists()
