"""Taking a requeue back: what has not started leaves the queue and the books; everything else stays, with its reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from dlq.models import BulkOperation, OperationEntry, Requeue
from dlq.operations.confirmation import Confirmation, begin
from dlq.operations.runner import advance
from dlq.outcomes.settling import settle
from dlq.process.processor import process_failed_jobs
from dlq.table.location import TABLE
from tests.support.database import SCHEMA, another_connection, sql
from tests.support.entries import add_entries, add_entry, cell, ids, row_of
from tests.support.jobs import add_job, exhaust, fail, finish, jobs, start
from tests.support.operations import operate, reasons, requeue, wording
from tests.support.threads import beside, wait_until_blocked

pytestmark = pytest.mark.django_db(transaction=True)

INFINITE = float("inf")


def recall(requeueing: BulkOperation) -> BulkOperation:
    """The whole of it."""
    operation, _new = begin(Confirmation.of("recall", 1), actor="bob", undoes=requeueing)
    return advance(operation.pk, INFINITE)


def recall_chosen(*entries: int) -> BulkOperation:
    return operate("recall", entries)


def refusal(entry: int) -> str:
    """Recall it alone, check that nothing happened, and return the reason."""
    row, queue = row_of(entry), jobs()
    operation = recall_chosen(entry)
    assert (operation.done_count, operation.skipped_count, operation.state) == (0, 1, "done")
    assert (row_of(entry), jobs()) == (row, queue)
    return reasons(operation)[entry]


def job_of(entry: int) -> int:
    return Requeue.objects.filter(entry_id=entry).latest("id").job_id


@pytest.mark.parametrize("earlier", [None, "2026-01-01 00:00+00"])
@pytest.mark.parametrize("take_back", [recall, lambda operation: recall_chosen(*ids())])
def test_queue_and_books_are_as_before_when_recalled(
    earlier: str | None, take_back: Callable[[BulkOperation], BulkOperation]
) -> None:
    entry = add_entry(requeued_count=3 if earlier else 0, last_requeued_at=earlier, job_key="k", notes="mine")
    before = row_of(entry)
    operation = take_back(requeue(entry))
    assert (operation.done_count, operation.skipped_count, operation.failed_count) == (1, 0, 0)
    assert jobs() == []
    assert row_of(entry) == before
    link = Requeue.objects.get()
    assert link.outcome == "gone"
    assert link.settled_at is not None
    assert OperationEntry.objects.get(operation=operation).result == "done"


@pytest.mark.parametrize("chunk_size", [1, 3, 1000])
def test_whole_operation_is_recalled_across_chunks(settings: Any, chunk_size: int) -> None:
    settings.DLQ_CHUNK_SIZE = chunk_size
    entries = add_entries(10, job_key="CASE WHEN n % 2 = 0 THEN 'k' || n END")
    requeueing = requeue(*entries)
    other = add_entry()
    requeue(other)
    for entry in entries[:3]:
        start(job_of(entry))
    operation = recall(requeueing)
    assert (operation.done_count, operation.skipped_count, operation.state) == (7, 3, "done")
    assert set(reasons(operation)) == set(entries[:3])
    assert {job["id"] for job in jobs()} == {job_of(entry) for entry in (*entries[:3], other)}


def test_nothing_is_left_to_take_back_when_recalled_twice() -> None:
    entry = add_entry()
    requeueing = requeue(entry)
    recall(requeueing)
    again = recall(requeueing)
    assert (again.handled_count, again.state) == (0, "done")
    assert refusal(entry) == wording("recall_gone").format(about=job_of(entry))
    assert cell(entry, "requeued_count") == 0


@pytest.mark.parametrize(
    ("code", "happens"),
    [
        ("recall_started", start),
        ("recall_started", fail),
        ("recall_returned", exhaust),
        ("recall_finished", finish),
        ("recall_gone", lambda _job: add_job(job_key="k")),
    ],
)
@pytest.mark.parametrize("stored", [False, True])
def test_job_is_left_alone_when_it_is_no_longer_ours_to_take(
    code: str, happens: Callable[[int], Any], stored: bool
) -> None:
    entry = add_entry(job_key="k")
    requeue(entry)
    job = job_of(entry)
    happens(job)
    if stored:
        settle(10)
    assert refusal(entry) == wording(code).format(about=job)


def test_job_is_left_alone_when_it_came_back_as_another_entry() -> None:
    entry = add_entry()
    requeue(entry)
    exhaust(job_of(entry))
    process_failed_jobs(TABLE)
    assert refusal(entry) == wording("recall_returned").format(about=job_of(entry))


def test_job_is_left_alone_when_it_took_the_place_of_a_waiting_one() -> None:
    job = add_job(job_key="k")
    entry = add_entry(job_key="k")
    requeue(entry, key_policy="replace")
    assert refusal(entry) == wording("recall_replaced").format(about=job)


def test_job_is_left_alone_when_its_entry_is_no_longer_in_the_table() -> None:
    entry = add_entry()
    requeueing = requeue(entry)
    operate("delete", [entry])
    assert refusal(entry) == wording("recall_entry").format(about=job_of(entry))
    assert reasons(recall(requeueing)) == {entry: wording("recall_entry").format(about=job_of(entry))}


def test_there_is_nothing_to_take_back_when_it_was_never_requeued_here() -> None:
    entry = add_entry(requeued_count=1, last_requeued_at="2026-01-01 00:00+00")
    assert refusal(entry) == wording("recall_none")


def test_last_requeue_stays_when_somebody_requeued_since() -> None:
    entry = add_entry()
    requeue(entry)
    sql(f"UPDATE {SCHEMA}.backfill_dlq SET requeued_count = 2, last_requeued_at = now() WHERE id = %s", entry)
    theirs = cell(entry, "last_requeued_at")
    assert recall_chosen(entry).done_count == 1
    assert (cell(entry, "requeued_count"), cell(entry, "last_requeued_at")) == (1, theirs)


def test_only_its_own_job_is_taken_when_an_entry_was_requeued_twice() -> None:
    entry = add_entry()
    first = requeue(entry)
    first_job = job_of(entry)
    second = requeue(entry, also_on_their_way=True)
    second_at = cell(entry, "last_requeued_at")
    recall(first)
    assert [job["id"] for job in jobs()] == [job_of(entry)]
    assert (cell(entry, "requeued_count"), cell(entry, "last_requeued_at")) == (1, second_at)
    recall(second)
    assert jobs() == []
    assert cell(entry, "requeued_count") == 0
    assert first_job != job_of(entry)


def test_entry_says_never_requeued_when_all_its_requeues_are_recalled_the_oldest_first() -> None:
    """The time that a later requeue would give back is the one that the earlier one has given back already."""
    entry = add_entry(requeued_count=1, last_requeued_at="2026-01-01 00:00+00")
    before = row_of(entry)
    operations = [requeue(entry, also_on_their_way=True) for _number in range(3)]
    for operation in operations:
        recall(operation)
    assert row_of(entry) == before


def test_entry_is_not_requeued_twice_when_only_its_later_requeue_was_recalled() -> None:
    """What counts is the latest requeue that was not taken back: its job still waits."""
    entry = add_entry()
    requeue(entry)
    first = job_of(entry)
    recall(requeue(entry, also_on_their_way=True))
    assert reasons(requeue(entry)) == {entry: wording("waiting").format(about=first)}


def test_entry_may_be_requeued_again_when_its_requeue_was_recalled() -> None:
    entry = add_entry()
    recall(requeue(entry))
    assert requeue(entry).done_count == 1
    assert len(jobs()) == 1


@contextmanager
def while_others(statement: str) -> Iterator[Any]:
    with another_connection() as other:
        other.execute(statement)
        yield other


def test_job_stays_when_a_worker_takes_it_at_that_very_moment() -> None:
    entry, other = add_entries(2)
    requeueing = requeue(entry, other)
    taking = (
        f"UPDATE {SCHEMA}._private_jobs SET locked_at = now(), locked_by = 'w', attempts = 1 WHERE id = {job_of(entry)}"
    )
    with while_others(taking) as worker:
        operation = recall(requeueing)
        worker.commit()
    assert reasons(operation) == {entry: wording("recall_started").format(about=job_of(entry))}
    assert operation.done_count == 1
    assert [job["id"] for job in jobs()] == [job_of(entry)]
    assert cell(entry, "requeued_count") == 1


def test_requeue_stays_and_is_named_when_somebody_else_is_changing_its_entry() -> None:
    """Nobody waits for long: others may wait for what we hold."""
    busy, other = add_entries(2)
    requeueing = requeue(busy, other)
    with while_others(f"SELECT FROM {SCHEMA}.backfill_dlq WHERE id = {busy} FOR UPDATE"):
        sql("SET lock_timeout = '5s'")
        operation = recall(requeueing)
        sql("RESET lock_timeout")
    assert reasons(operation) == {busy: wording("locked")}
    assert (operation.done_count, operation.state) == (1, "done")
    assert [job["id"] for job in jobs()] == [job_of(busy)]


def test_entry_is_not_counted_down_when_it_was_deleted_while_we_waited_for_it() -> None:
    entry, other = add_entries(2)
    requeueing = requeue(entry, other)
    with (
        while_others(f"DELETE FROM {SCHEMA}.backfill_dlq WHERE id = {entry}") as others,
        beside(lambda: recall(requeueing)) as driver,
    ):
        wait_until_blocked(driver)
        others.commit()
    assert reasons(driver.result()) == {entry: wording("recall_entry").format(about=job_of(entry))}
    assert [job["id"] for job in jobs()] == [job_of(entry)]


def test_rest_is_recalled_when_an_owners_trigger_refuses_one_row() -> None:
    entries = add_entries(9)
    requeueing = requeue(*entries)
    sql("CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'not this one'; END $$")
    sql(
        f"CREATE TRIGGER refuse BEFORE UPDATE ON {SCHEMA}.backfill_dlq FOR EACH ROW"
        f" WHEN (OLD.id = {entries[4]}) EXECUTE FUNCTION refuse()"
    )
    try:
        operation = recall(requeueing)
    finally:
        sql(f"DROP TRIGGER refuse ON {SCHEMA}.backfill_dlq")
        sql("DROP FUNCTION refuse()")
    assert (operation.done_count, operation.failed_count) == (8, 1)
    assert reasons(operation) == {entries[4]: "the database refused it: not this one"}
    assert [job["id"] for job in jobs()] == [job_of(entries[4])]
