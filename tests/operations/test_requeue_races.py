"""What happens between the look at the queue and the call: each outcome forced by a lock, not by chance."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from dlq.models import BulkOperation, Requeue
from dlq.operations.confirmation import begin
from dlq.operations.runner import advance
from tests.support.database import SCHEMA, another_connection, sql
from tests.support.entries import add_entries, add_entry, cell, text_of
from tests.support.jobs import add_job, jobs
from tests.support.operations import confirm, reasons, requeue, wording
from tests.support.threads import beside, wait_until_blocked

pytestmark = pytest.mark.django_db(transaction=True)

FOR_EVER = float("inf")


@contextmanager
def while_others(statement: str, **parameters: Any) -> Iterator[Any]:
    """Somebody else executed this and has not committed yet."""
    with another_connection() as other:
        other.execute(statement, parameters or None)
        yield other


def requeue_while(statement: str, entries: list[int], **details: Any) -> BulkOperation:
    """Requeue while somebody else's uncommitted statement holds us up; it commits when we wait for it."""
    operation, _new = begin(confirm("requeue", entries), actor="tester", **details)
    with while_others(statement) as other, beside(lambda: advance(operation.pk, FOR_EVER)) as driver:
        wait_until_blocked(driver)
        other.commit()
    return driver.result()


SOMEBODY_ADDS_K = f"""SELECT {SCHEMA}.add_job('send_email', '{{"theirs": 1}}', job_key => 'k')"""


def test_their_job_stays_when_the_key_was_added_between_look_and_call() -> None:
    other, entry = add_entry(job_key="free"), add_entry(job_key="k", payload='{"ours": 1}')
    before = text_of(entry)
    operation = requeue_while(SOMEBODY_ADDS_K, [other, entry])
    assert reasons(operation) == {entry: wording("key_taken")}
    assert operation.done_count == 1
    assert text_of(entry) == before
    assert {(job["key"], job["payload"], job["revision"]) for job in jobs()} == {
        ("k", '{"theirs": 1}', 0),
        ("free", '{"customer_id": 42}', 0),
    }
    assert list(Requeue.objects.values_list("entry_id", flat=True)) == [other]


def test_job_goes_without_its_key_when_the_key_was_added_between_look_and_call_and_may_be_dropped() -> None:
    entry = add_entry(job_key="k", payload='{"ours": 1}')
    operation = requeue_while(SOMEBODY_ADDS_K, [entry], key_policy="drop")
    assert operation.done_count == 1
    assert {(job["key"], job["payload"]) for job in jobs()} == {("k", '{"theirs": 1}'), (None, '{"ours": 1}')}
    assert cell(entry, "requeued_count") == 1


def test_job_is_replaced_when_the_key_was_added_between_look_and_call_and_may_be_replaced() -> None:
    entry = add_entry(job_key="k", payload='{"ours": 1}')
    operation = requeue_while(SOMEBODY_ADDS_K, [entry], key_policy="replace")
    assert operation.done_count == 1
    assert [(job["key"], job["payload"], job["revision"]) for job in jobs()] == [("k", '{"ours": 1}', 1)]
    assert Requeue.objects.get().replaced


def test_nothing_is_counted_when_a_worker_is_just_starting_the_job_with_the_key() -> None:
    job = add_job(job_key="k")
    entry = add_entry(job_key="k")
    before = text_of(entry)
    operation, _new = begin(confirm("requeue", [entry]), actor="tester", key_policy="replace")
    with while_others(f"UPDATE {SCHEMA}._private_jobs SET locked_at = now(), locked_by = 'w' WHERE id = {job}"):
        operation = advance(operation.pk, FOR_EVER)
    assert reasons(operation) == {entry: wording("key_locked")}
    assert operation.done_count == 0
    assert text_of(entry) == before
    assert len(jobs()) == 1
    assert not Requeue.objects.exists()


@pytest.mark.parametrize("everything", [False, True])
def test_locked_entries_are_named_when_somebody_else_is_changing_them(everything: bool) -> None:
    entries = add_entries(5)
    busy = entries[2]
    confirmation = confirm("requeue", pairs=[]) if everything else confirm("requeue", entries)
    operation, _new = begin(confirmation, actor="tester")
    with while_others(f"SELECT FROM {SCHEMA}.backfill_dlq WHERE id = {busy} FOR UPDATE"):
        operation = advance(operation.pk, FOR_EVER)
    assert reasons(operation) == {busy: wording("locked")}
    assert (operation.done_count, operation.state) == (4, "done")
    assert len(jobs()) == 4


def test_job_is_not_replaced_when_a_producer_holds_its_key_as_the_rust_port_does() -> None:
    """The Rust port's add_job locks the key first and then the job: whoever has the job alone would make it a deadlock."""
    add_job(job_key="k")
    entry = add_entry(job_key="k")
    with while_others("SELECT pg_advisory_xact_lock(hashtext('k'))"):
        operation = requeue(entry, key_policy="replace")
    assert reasons(operation) == {entry: wording("key_locked")}
    assert requeue(entry, key_policy="replace").done_count == 1


def test_entry_is_left_alone_when_it_was_deleted_while_we_waited_for_it() -> None:
    entries = add_entries(3)
    operation = requeue_while(f"DELETE FROM {SCHEMA}.backfill_dlq WHERE id = {entries[1]}", entries)
    assert reasons(operation) == {entries[1]: wording("gone")}
    assert len(jobs()) == 2


def test_entry_is_left_alone_when_it_was_requeued_while_we_waited_for_it() -> None:
    entry = add_entry()
    operation = requeue_while(
        f"UPDATE {SCHEMA}.backfill_dlq SET last_requeued_at = clock_timestamp(), requeued_count = 1 WHERE id = {entry}",
        [entry],
    )
    assert reasons(operation) == {entry: wording("requeued_since")}
    assert jobs() == []


def test_operation_is_left_to_the_other_driver_when_one_is_at_it() -> None:
    entry = add_entry()
    operation, _new = begin(confirm("requeue", [entry]), actor="tester")
    with while_others(f"SELECT FROM dlq_bulkoperation WHERE id = {operation.pk} FOR UPDATE"):
        # Should it wait for the other driver after all, it must fail and not hang: we are that driver.
        sql("SET lock_timeout = '5s'")
        assert advance(operation.pk, FOR_EVER).state == "running"
        assert jobs() == []
    sql("RESET lock_timeout")
    assert advance(operation.pk, FOR_EVER).done_count == 1


def test_nothing_happens_when_a_finished_operation_is_driven_again() -> None:
    entry = add_entry()
    operation = requeue(entry)
    again = advance(operation.pk, FOR_EVER)
    assert (again.done_count, len(jobs()), cell(entry, "requeued_count")) == (1, 1, 1)


@pytest.mark.parametrize("chosen", [False, True])
def test_job_of_another_task_is_spared_when_it_comes_between_look_and_call_and_nobody_chose_that(chosen: bool) -> None:
    entry, other = add_entry(job_key="k"), add_entry()
    adding = SOMEBODY_ADDS_K.replace("send_email", "charge")
    assert adding != SOMEBODY_ADDS_K
    operation = requeue_while(adding, [entry, other], key_policy="replace", also_other_tasks=chosen)
    assert operation.done_count == 1 + chosen
    if chosen:
        assert Requeue.objects.get(entry_id=entry).replaced_task == "charge"
    else:
        assert reasons(operation) == {entry: wording("key_of_other_task").format(about="charge")}
        assert jobs()[0]["payload"] == '{"theirs": 1}'
