"""What the confirmation page foretells is what then happens."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from dlq.models import OperationEntry, Requeue
from dlq.operations.confirmation import Confirmation
from dlq.operations.kinds.requeue.preflight import Preflight, preflight_of
from dlq.operations.overview import overview
from dlq.process.processor import process_failed_jobs
from dlq.table.location import TABLE
from tests.support.database import SCHEMA, sql, truncate
from tests.support.entries import add_entries, add_entry, drop_unique_key_index, text_of
from tests.support.jobs import add_job, exhaust, fail, finish, jobs, start
from tests.support.operations import confirm, requeue, run

pytestmark = pytest.mark.django_db


def foretold(confirmation: Confirmation, **options: Any) -> Preflight:
    return preflight_of(confirmation.as_operation(**options))


def happened(confirmation: Confirmation, **options: Any) -> tuple[int, Counter[str]]:
    operation = run(confirmation, **options)
    left = OperationEntry.objects.filter(operation=operation).exclude(result="done")
    return operation.done_count, Counter(left.values_list("code", flat=True))


def of_every_kind() -> None:
    """Entries of every kind that a requeue can meet, in a table that takes a key twice."""
    drop_unique_key_index()
    for code in ("key_waiting", "key_running", "key_exhausted"):
        job = add_job(job_key=code)
        {"key_waiting": fail, "key_running": start, "key_exhausted": exhaust}[code](job)
        add_entry(job_key=code)
    for happens in (None, start, fail, exhaust, finish):
        for _twice in range(2):
            entry = add_entry()
            requeue(entry)
            if happens:
                happens(Requeue.objects.get(entry_id=entry).job_id)
    for columns in ({"priority": 40_000}, {"max_attempts": 0}, {"job_key": ""}, {"task_identifier": "t" * 129}):
        add_entry(**columns)
    for _number in range(3):
        add_entry(job_key="same")
    add_entries(5, job_key="CASE WHEN n < 3 THEN 'k' || n END")


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"key_policy": "replace"},
        {"key_policy": "drop"},
        {"also_on_their_way": True},
        {"also_recovered": True},
        {"priority": 1, "max_attempts": 3, "also_on_their_way": True, "also_recovered": True},
    ],
)
@pytest.mark.parametrize("ticked", [False, True])
@pytest.mark.parametrize("chunk_size", [3, 1000])
def test_numbers_are_those_of_what_then_happens(
    settings: Any, options: dict[str, Any], ticked: bool, chunk_size: int
) -> None:
    settings.DLQ_CHUNK_SIZE = chunk_size
    of_every_kind()
    every = [entry for (entry,) in sql(f"SELECT id FROM {SCHEMA}.backfill_dlq")]
    confirmation = confirm("requeue", every) if ticked else confirm("requeue", pairs=[])
    told = foretold(confirmation, **options)
    assert told.checked == len(every)
    assert not told.is_sample
    assert (told.would_go, told.skipped) == happened(confirmation, **options)
    assert told.would_be_skipped + told.would_go == len(every)


@pytest.mark.django_db(transaction=True)
def test_numbers_are_those_of_what_then_happens_when_jobs_came_back_that_nobody_has_settled() -> None:
    entries = add_entries(6)
    requeue(*entries)
    for job in jobs()[:4]:
        exhaust(job["id"])
    process_failed_jobs(TABLE)
    confirmation = confirm("requeue", pairs=[])
    told = foretold(confirmation)
    assert told.skipped == {"returned": 4, "waiting": 2}
    assert (told.would_go, told.skipped) == happened(confirmation)


def test_on_their_way_and_have_run_are_counted_apart() -> None:
    of_every_kind()
    told = foretold(confirm("requeue", pairs=[]))
    assert (told.on_their_way, told.have_run) == (6, 2)
    assert dict(told.reasons) == told.skipped
    assert [count for _code, count in told.reasons] == sorted(told.skipped.values(), reverse=True)


def test_nothing_is_changed_when_it_is_only_looked_at() -> None:
    entry = add_entry(job_key="k")
    job = add_job(job_key="k")
    row, queue = text_of(entry), jobs()
    assert foretold(confirm("requeue", [entry])).skipped == {"key_waiting": 1}
    assert (text_of(entry), jobs()) == (row, queue)
    assert queue[0]["id"] == job
    assert not Requeue.objects.exists()


def test_later_arrivals_are_not_counted() -> None:
    add_entry()
    confirmation = confirm("requeue", pairs=[])
    add_entry()
    assert foretold(confirmation).checked == 1


def test_what_the_overview_saw_is_not_looked_for_again() -> None:
    entries = add_entries(3)
    operation = confirm("requeue", pairs=[]).as_operation()
    shown = overview(operation)
    assert sorted(shown.seen) == sorted(entries)
    assert preflight_of(operation, shown.seen[:2]).checked == 2
    assert not overview(operation, exactly=True).seen


def test_first_ones_stand_for_the_rest_when_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    # Which ones come first is the planner's choice; here it shall read the table from its beginning.
    for way in ("indexscan", "indexonlyscan", "bitmapscan"):
        sql(f"SET LOCAL enable_{way} = off")
    # In a file of its own, with no gaps left by other tests that later rows would fill.
    truncate(f"{SCHEMA}.backfill_dlq")
    monkeypatch.setattr("dlq.operations.kinds.requeue.preflight.MOST_CHECKED", 10)
    add_entries(10, priority="CASE WHEN n <= 3 THEN 40000 ELSE 0 END")
    assert not foretold(confirm("requeue", pairs=[])).is_sample
    add_entries(5, priority="40000")
    told = foretold(confirm("requeue", pairs=[]))
    assert (told.checked, told.is_sample, told.would_be_skipped) == (10, True, 3)


@pytest.mark.parametrize(
    ("waited", "options", "expected"),
    [
        (timedelta(minutes=3), {}, True),
        (timedelta(minutes=1), {}, False),
        (-timedelta(hours=1), {}, False),
    ],
)
def test_it_asks_for_a_worker_when_a_due_job_has_waited_long(
    waited: timedelta, options: dict[str, Any], expected: bool
) -> None:
    add_job(run_at=timezone.now() - waited, **options)
    assert foretold(confirm("requeue", [add_entry()])).nobody_works is expected


@pytest.mark.parametrize("happens", [start, exhaust])
def test_job_that_no_worker_may_take_says_nothing_of_workers(happens: Any) -> None:
    happens(add_job(run_at=timezone.now() - timedelta(hours=3)))
    told = foretold(confirm("requeue", [add_entry()]))
    assert (told.oldest_due, told.nobody_works) == (None, False)


def test_it_says_that_it_knows_nothing_when_the_role_cannot_see_the_queue() -> None:
    sql("CREATE ROLE blind_before")
    sql(f"GRANT USAGE ON SCHEMA {SCHEMA}, public TO blind_before")
    sql(f"GRANT ALL ON ALL TABLES IN SCHEMA {SCHEMA}, public TO blind_before")
    sql(f"ALTER VIEW {SCHEMA}.jobs SET (security_invoker = true)")
    confirmation = confirm("requeue", [add_entry()])
    sql("SET LOCAL ROLE blind_before")
    told = foretold(confirmation)
    assert (told.checked, told.sees_queue, told.nobody_works) == (0, False, False)
