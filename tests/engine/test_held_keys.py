"""Somebody's open transaction has a key for longer than we wait: its entry is named, the rest goes on, nobody sees an error."""

from __future__ import annotations

import pytest

from dlq.models import BulkOperation
from dlq.operations.confirmation import begin
from dlq.operations.runner import advance
from dlq.process.processor import process_failed_jobs
from dlq.table.location import TABLE
from tests.support.database import SCHEMA, another_connection
from tests.support.entries import add_entries, add_entry, ids, text_of
from tests.support.jobs import add_job, exhaust, finish, jobs
from tests.support.operations import confirm, reasons, wording

pytestmark = pytest.mark.django_db(transaction=True)

FOR_EVER = float("inf")


@pytest.fixture(autouse=True)
def _task_is_known(transactional_db: None) -> None:
    finish(add_job())


def requeue_everything(policy: str) -> BulkOperation:
    operation, _new = begin(confirm("requeue", pairs=[]), actor="tester", key_policy=policy)
    return advance(operation.pk, FOR_EVER)


@pytest.mark.parametrize(("policy", "code"), [("skip", "key_taken"), ("replace", "key_taken")])
def test_entry_is_named_when_its_key_is_being_added_by_an_open_transaction(policy: str, code: str) -> None:
    add_entries(20)
    entry = add_entry(job_key="k")
    before = text_of(entry)
    with another_connection() as other:
        other.execute(f"SELECT {SCHEMA}.add_job('send_email', job_key => 'k')")
        operation = requeue_everything(policy)
    assert (operation.state, operation.done_count) == ("done", 20)
    assert reasons(operation) == {entry: wording(code)}
    assert text_of(entry) == before
    assert len(jobs()) == 20


def test_entry_goes_without_its_key_when_that_is_being_added_by_an_open_transaction_and_may_be_dropped() -> None:
    add_entries(20)
    add_entry(job_key="k")
    with another_connection() as other:
        other.execute(f"SELECT {SCHEMA}.add_job('send_email', job_key => 'k')")
        operation = requeue_everything("drop")
    assert (operation.state, operation.done_count) == ("done", 21)
    assert {job["key"] for job in jobs()} == {None}


def test_entry_is_named_when_the_job_to_be_replaced_is_being_moved_here_by_an_open_transaction() -> None:
    """By the library's processor, which then waits for the entry that we hold: each waiting for the other is a deadlock."""
    add_entries(20)
    exhaust(add_job(job_key="k"))
    entry = add_entry(job_key="k")
    with another_connection() as library:
        library.execute(f"DELETE FROM {SCHEMA}._private_jobs WHERE key = 'k'")
        operation = requeue_everything("replace")
        assert reasons(operation) == {entry: wording("key_locked")}
        library.execute(f"UPDATE {SCHEMA}.backfill_dlq SET failed_at = now() WHERE job_key = 'k'")
        library.commit()
    assert (operation.state, operation.done_count) == ("done", 20)


def test_job_is_left_for_the_next_call_when_the_entry_with_its_key_is_held_by_an_open_transaction() -> None:
    entry = add_entry(job_key="k")
    held, free = add_job(job_key="k"), add_job()
    exhaust(held)
    exhaust(free)
    with another_connection() as other:
        other.execute(f"SELECT FROM {SCHEMA}.backfill_dlq WHERE id = {entry} FOR UPDATE")
        moved = process_failed_jobs(TABLE)
        assert (moved.jobs, moved.misfits) == ([free], {})
    assert process_failed_jobs(TABLE).jobs == [held]
    assert len(ids()) == 2
