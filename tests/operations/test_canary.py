"""A requeue that tries the first ones: it goes on when enough of them succeeded, and pauses with the reason otherwise."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from dlq.models import BulkOperation, Requeue
from dlq.operations.confirmation import begin
from dlq.operations.runner import advance, cancel, pause, resume
from dlq.process.processor import process_failed_jobs
from dlq.table.location import TABLE
from tests.support.database import SCHEMA, sql
from tests.support.entries import add_entries
from tests.support.jobs import exhaust, fail, finish, jobs, start
from tests.support.operations import confirm

pytestmark = pytest.mark.django_db

INFINITE = float("inf")


def begun(count: int = 10, size: int = 4, **details: Any) -> BulkOperation:
    """Driven until it watches its first ones."""
    entries = add_entries(count, **details.pop("columns", {}))
    confirmation = confirm("requeue", entries).counted(count)
    operation, _new = begin(confirmation, actor="ann", canary_size=size, **details)
    return advance(operation.pk, INFINITE)


def first_jobs(operation: BulkOperation) -> list[int]:
    """In the entries' order."""
    return list(Requeue.objects.filter(operation=operation).order_by("entry_id").values_list("job_id", flat=True))


def now(operation: BulkOperation) -> tuple[str, int]:
    """State and number requeued after another drive."""
    driven = advance(operation.pk, INFINITE)
    return driven.state, driven.done_count


def why(operation: BulkOperation) -> str:
    return BulkOperation.objects.get(pk=operation.pk).state_reason


@pytest.mark.parametrize("chunk_size", [1, 3, 1000])
def test_only_the_oldest_are_requeued_first_when_some_are_tried(settings: Any, chunk_size: int) -> None:
    settings.DLQ_CHUNK_SIZE = chunk_size
    operation = begun()
    assert (operation.state, operation.done_count) == ("watching", 4)
    entries = set(Requeue.objects.values_list("entry_id", flat=True))
    assert entries == set(sorted(operation.entry_ids or [])[:4])
    assert now(operation) == ("watching", 4)
    assert why(operation) == "Of the first 4, 0 succeeded (needed: 4); waiting for 4 more."


def test_rest_follows_when_all_have_succeeded() -> None:
    operation = begun()
    *most, last = first_jobs(operation)
    for job in most:
        finish(job)
    assert now(operation) == ("watching", 4)
    finish(last)
    assert now(operation) == ("done", 10)
    assert why(operation) == "Of the first 4, 4 succeeded (needed: 4)."


def test_rest_follows_when_enough_have_succeeded() -> None:
    operation = begun(canary_needed=2)
    for job in first_jobs(operation)[:2]:
        finish(job)
    assert now(operation) == ("done", 10)


@pytest.mark.parametrize("happens", [exhaust, fail])
def test_it_pauses_when_too_few_can_succeed_any_more(happens: Callable[[int], None]) -> None:
    """A job that failed its first attempt counts as not succeeded, also where it will be tried again."""
    operation = begun(canary_needed=3)
    one, two, *_rest = first_jobs(operation)
    happens(one)
    assert now(operation) == ("watching", 4)
    happens(two)
    assert now(operation) == ("paused", 4)
    assert why(operation) == "Paused: of the first 4, 0 succeeded and 2 did not (needed: 3)."


def test_job_that_succeeds_at_its_second_attempt_has_not_failed() -> None:
    """Nobody looked in between; what counts is what is known."""
    operation = begun(size=1)
    (job,) = first_jobs(operation)
    fail(job)
    start(job)
    assert now(operation) == ("watching", 1)
    finish(job)
    assert now(operation) == ("done", 10)


def test_running_job_may_still_succeed() -> None:
    operation = begun()
    for job in first_jobs(operation):
        start(job)
    assert now(operation) == ("watching", 4)


@pytest.mark.django_db(transaction=True)
def test_job_that_came_back_has_not_succeeded() -> None:
    operation = begun(size=1)
    exhaust(first_jobs(operation)[0])
    process_failed_jobs(TABLE)
    assert now(operation) == ("paused", 1)


def test_it_pauses_when_they_have_not_finished_in_time() -> None:
    operation = begun(canary_needed=3, canary_minutes=5)
    finish(first_jobs(operation)[0])
    BulkOperation.objects.update(watching_since=timezone.now() - timedelta(minutes=4))
    long_ago = timezone.now() - timedelta(hours=1)
    Requeue.objects.update(run_at=long_ago)
    assert now(operation) == ("watching", 4)
    BulkOperation.objects.update(watching_since=timezone.now() - timedelta(minutes=6))
    assert now(operation) == ("paused", 4)
    assert why(operation) == (
        "Paused: of the first 4, 1 succeeded within 5 minutes (needed: 3). 3 have not finished: is a worker running?"
    )


def test_time_counts_from_when_the_last_of_them_is_due() -> None:
    operation = begun(run_at=timezone.now() + timedelta(hours=1))
    BulkOperation.objects.update(watching_since=timezone.now() - timedelta(minutes=30))
    assert now(operation) == ("watching", 4)
    Requeue.objects.update(run_at=timezone.now() - timedelta(minutes=16))
    assert now(operation) == ("paused", 4)


def test_fifteen_minutes_are_waited_when_nothing_else_was_chosen() -> None:
    assert begun().canary_minutes == 15


def test_rest_follows_without_another_wait_when_somebody_resumes() -> None:
    operation = begun()
    for job in first_jobs(operation):
        exhaust(job)
    assert now(operation) == ("paused", 4)
    assert resume(operation.pk, "ann knows better.")
    assert now(operation) == ("done", 10)
    assert why(operation) == "ann knows better."


def test_rest_of_the_first_ones_is_still_tried_when_it_was_paused_among_them(settings: Any) -> None:
    settings.DLQ_CHUNK_SIZE = 3
    entries = add_entries(10)
    operation, _new = begin(confirm("requeue", entries).counted(10), actor="ann", canary_size=4)
    assert advance(operation.pk, 0).done_count == 3
    pause(operation.pk, "wait")
    assert now(operation) == ("paused", 3)
    resume(operation.pk, "go on")
    assert now(operation) == ("watching", 4)


def test_nothing_more_is_requeued_when_it_is_cancelled_while_it_watches() -> None:
    operation = begun()
    assert cancel(operation.pk, "no")
    for job in first_jobs(operation):
        finish(job)
    assert now(operation) == ("cancelled", 4)


def test_skipped_ones_do_not_count_among_the_first() -> None:
    operation = begun(columns={"priority": "CASE WHEN n <= 3 THEN 40000 ELSE 0 END"})
    assert (operation.done_count, operation.skipped_count) == (4, 3)


@pytest.mark.parametrize(("count", "state"), [(3, "done"), (4, "watching")])
def test_it_is_done_when_there_are_fewer_than_are_to_be_tried(count: int, state: str) -> None:
    operation = begun(count)
    assert (operation.state, operation.done_count) == (state, count)


def test_it_is_done_when_the_first_ones_were_all_and_succeeded() -> None:
    operation = begun(4)
    for job in first_jobs(operation):
        finish(job)
    assert now(operation) == ("done", 4)


def test_it_pauses_when_the_role_cannot_see_what_became_of_them() -> None:
    operation = begun()
    sql(f"ALTER VIEW {SCHEMA}.jobs RENAME TO jobs_hidden")
    assert now(operation) == ("paused", 4)
    assert "can't see" in why(operation)
    assert len(jobs()) == 4


def test_recalled_one_has_not_succeeded() -> None:
    operation = begun(canary_needed=4)
    finish(first_jobs(operation)[0])
    Requeue.objects.filter(job_id=first_jobs(operation)[1]).update(outcome=Requeue.Outcome.GONE)
    assert now(operation) == ("paused", 4)
