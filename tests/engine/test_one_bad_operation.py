"""An operation for which the database has no answer now (its disk is full, its time limit too short) holds up nothing else."""

from __future__ import annotations

import pytest

from dlq.caretaker.duties import OPERATIONS
from dlq.caretaker.rounds import Caretaker
from dlq.models import DeletedEntry, Requeue
from dlq.operations.confirmation import begin
from tests.support.database import SCHEMA, sql
from tests.support.entries import add_entries
from tests.support.jobs import finish, jobs
from tests.support.operations import confirm, requeue

pytestmark = pytest.mark.django_db


def test_the_others_have_their_turn_when_one_operation_meets_a_full_disk() -> None:
    earlier = add_entries(1)
    requeue(*earlier)
    finish(jobs()[0]["id"])
    entries = add_entries(10, task_identifier="CASE WHEN n <= 5 THEN 'stuck' ELSE 'free' END")
    sql(
        "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'No space left on device' USING ERRCODE = 'disk_full'; END $$;"
        f" CREATE TRIGGER full_disk BEFORE UPDATE ON {SCHEMA}.backfill_dlq FOR EACH ROW"
        " WHEN (OLD.task_identifier = 'stuck') EXECUTE FUNCTION full_disk()"
    )
    stuck, _new = begin(confirm("requeue", pairs=[("task_identifier", "stuck")]), actor="ann")
    free, _new = begin(confirm("delete", pairs=[("task_identifier", "free")]), actor="bob")
    assert Caretaker().round().failed == {}
    assert DeletedEntry.objects.filter(operation=free).count() == 5
    assert Requeue.objects.get().outcome == "recovered", "the other duties were not done"
    stuck.refresh_from_db()
    assert (stuck.state, stuck.handled_count) == ("running", 0)

    sql(f"DROP TRIGGER full_disk ON {SCHEMA}.backfill_dlq")
    OPERATIONS.due.clear()  # it is tried later and later
    Caretaker().round()
    stuck.refresh_from_db()
    assert (stuck.state, stuck.done_count) == ("done", len(entries) // 2)
