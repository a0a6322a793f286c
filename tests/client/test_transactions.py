"""dlq.client beside others: all or nothing, in a transaction of its own or the caller's, and nothing happens later."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from dlq import client
from dlq.caretaker.duties import drive_operations
from dlq.models import BulkOperation, DeletedEntry, OperationEntry, Requeue
from tests.support.database import SCHEMA, sql, value
from tests.support.entries import add_entries, add_entry, drop_unique_key_index, ids, text_of
from tests.support.jobs import add_job, exhaust, jobs

pytestmark = pytest.mark.django_db(transaction=True)

SETTINGS = ("lock_timeout", "plan_cache_mode", "statement_timeout", "application_name")


@contextmanager
def a_busy_caretaker() -> Iterator[None]:
    """Drives whatever operation it sees, all the time."""
    over = threading.Event()

    def work() -> None:
        while not over.is_set():
            drive_operations()
        connection.close()

    caretaker = threading.Thread(target=work)
    caretaker.start()
    try:
        yield
    finally:
        over.set()
        caretaker.join()


def nothing_is_left_to_do() -> bool:
    return not BulkOperation.objects.filter(state__in=BulkOperation.UNDER_WAY).exists()


def test_calls_say_what_they_did_when_a_caretaker_works_beside_them() -> None:
    entries = add_entries(60)
    with a_busy_caretaker():
        made = [client.requeue_dlq_job(entry) for entry in entries[:30]]
        deleted = [client.delete_dlq_job(entry) for entry in entries[30:]]
    assert {job.id for job in made} == {job["id"] for job in jobs()}
    assert deleted == [True] * 30


@pytest.mark.parametrize(
    "call",
    [
        lambda: client.requeue_dlq_job(None),  # type: ignore[arg-type]
        lambda: client.requeue_dlq_job("1"),  # type: ignore[arg-type]
        lambda: client.requeue_dlq_job(True),
        lambda: client.delete_dlq_job(None),  # type: ignore[arg-type]
        lambda: client.delete_dlq_by_job_key(None),  # type: ignore[arg-type]
        lambda: client.get_dlq_job(None),  # type: ignore[arg-type]
    ],
)
def test_what_is_no_value_raises_and_does_nothing(call: Callable[[], Any]) -> None:
    entry = add_entry(job_key=None)
    before = text_of(entry)
    with pytest.raises(TypeError):
        call()
    assert drive_operations() == 0
    assert (text_of(entry), jobs(), BulkOperation.objects.count()) == (before, [], 0)


@pytest.mark.parametrize("number", [0, -1, 2**63 - 1, 2**63, -(2**63), -(2**63) - 1, 10**40])
def test_number_that_no_entry_has_is_not_found(number: int) -> None:
    assert client.get_dlq_job(number) is None
    assert client.delete_dlq_job(number) is False
    with pytest.raises(client.DlqJobNotFound):
        client.requeue_dlq_job(number)


@pytest.mark.parametrize("number", [0, -1, -(2**63), 2**63 - 1])
def test_entry_with_an_odd_number_is_one_like_others(number: int) -> None:
    add_entry(id=number)
    assert client.get_dlq_job(number) is not None
    assert client.requeue_dlq_job(number).id
    assert client.delete_dlq_job(number) is True


def test_requeue_that_raised_does_not_happen_later() -> None:
    entry = add_entry()
    before = text_of(entry)
    with renamed_add_jobs(), pytest.raises(DatabaseError, match="add_jobs"):
        client.requeue_dlq_job(entry, notes="n")
    assert drive_operations() == 0
    assert (text_of(entry), jobs(), BulkOperation.objects.count(), OperationEntry.objects.count()) == (before, [], 0, 0)


@contextmanager
def renamed_add_jobs() -> Iterator[None]:
    found = "SELECT oid::regprocedure::text FROM pg_proc WHERE pronamespace = %s::regnamespace AND proname = 'add_jobs'"
    signature = value(found, SCHEMA)
    sql(f"ALTER FUNCTION {signature} RENAME TO away")
    try:
        yield
    finally:
        sql(f"ALTER FUNCTION {signature.replace('add_jobs', 'away')} RENAME TO add_jobs")


def test_refused_requeue_leaves_nothing() -> None:
    add_job(job_key="k")
    entry = add_entry(job_key="k")
    before = text_of(entry)
    with pytest.raises(client.RequeueRefused):
        client.requeue_dlq_job(entry)
    assert (text_of(entry), Requeue.objects.count(), BulkOperation.objects.count()) == (before, 0, 0)


def test_delete_by_key_is_all_or_nothing() -> None:
    drop_unique_key_index()
    first, second = add_entry(job_key="k"), add_entry(job_key="k")
    sql(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'not this one'; END $$;"
        f" CREATE TRIGGER refuse BEFORE DELETE ON {SCHEMA}.backfill_dlq FOR EACH ROW WHEN (OLD.id = {second})"
        " EXECUTE FUNCTION refuse()"
    )
    try:
        with pytest.raises(client.DeleteRefused, match="not this one"):
            client.delete_dlq_by_job_key("k")
        with pytest.raises(client.DeleteRefused, match="not this one"):
            client.delete_dlq_job(second)
    finally:
        sql(f"DROP TRIGGER refuse ON {SCHEMA}.backfill_dlq; DROP FUNCTION refuse()")
    assert (ids(), DeletedEntry.objects.count(), BulkOperation.objects.count()) == ([first, second], 0, 0)


def settings() -> list[tuple[Any, ...]]:
    return sql(f"SELECT {', '.join(f'current_setting({name!r})' for name in SETTINGS)}")


@pytest.fixture
def deferred() -> Iterator[None]:
    """A table of the caller's with a constraint that is checked at the commit only, and one of the dead letter table's."""
    sql("CREATE TABLE parent (id int PRIMARY KEY)")
    sql("CREATE TABLE child (parent int REFERENCES parent DEFERRABLE INITIALLY DEFERRED)")
    sql(f"ALTER TABLE {SCHEMA}.backfill_dlq ADD CONSTRAINT no_bad CHECK (task_identifier <> 'bad')")
    sql(
        f'ALTER TABLE {SCHEMA}.backfill_dlq ADD CONSTRAINT "one per % job" UNIQUE (original_job_id) DEFERRABLE INITIALLY DEFERRED'
    )
    yield
    sql(f'ALTER TABLE {SCHEMA}.backfill_dlq DROP CONSTRAINT no_bad, DROP CONSTRAINT "one per % job"')
    sql("DROP TABLE child, parent")


@pytest.mark.parametrize(
    "call",
    [
        lambda entry: client.requeue_dlq_job(entry),
        lambda entry: client.delete_dlq_job(entry),
        lambda entry: client.process_failed_jobs(),
        lambda entry: client.init_dlq(),
    ],
)
def test_callers_transaction_is_as_it_was(deferred: None, call: Callable[[int], Any]) -> None:
    entry = add_entry()
    exhaust(add_job())
    with transaction.atomic():
        sql("SET LOCAL lock_timeout = '7s'")
        before = settings()
        sql("INSERT INTO child VALUES (1)")  # not finished yet: the parent comes later
        call(entry)
        assert settings() == before
        twins = [add_entry(original_job_id=5), add_entry(original_job_id=5)]  # for a moment
        sql(f"DELETE FROM {SCHEMA}.backfill_dlq WHERE id = %s", twins[0])
        sql("INSERT INTO parent VALUES (1)")
    assert value("SELECT count(*) FROM child") == 1


def test_callers_transaction_goes_on_after_what_raised() -> None:
    entry = add_entry(job_key="k")
    add_job(job_key="k")
    with transaction.atomic():
        before = settings()
        with pytest.raises(client.RequeueRefused):
            client.requeue_dlq_job(entry)
        assert settings() == before
        assert client.delete_dlq_job(entry) is True
    assert (ids(), BulkOperation.objects.get().kind) == ([], "delete")


def test_nothing_has_happened_when_the_caller_rolls_back() -> None:
    entry = add_entry()
    with transaction.atomic():
        client.requeue_dlq_job(entry)
        transaction.set_rollback(True)
    assert (jobs(), BulkOperation.objects.count()) == ([], 0)
    assert drive_operations() == 0
