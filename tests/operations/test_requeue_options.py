"""What the person chose on the confirmation page is what the jobs get: time, pace, priority, queue, attempts."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.utils import timezone

from dlq.models import BulkOperation, Requeue
from dlq.operations.confirmation import begin
from dlq.operations.runner import advance, pause, resume
from tests.support.database import sql, value
from tests.support.entries import add_entries, add_entry, cell
from tests.support.jobs import add_job, fail, jobs
from tests.support.operations import confirm, reasons, requeue, wording

pytestmark = pytest.mark.django_db

INFINITE = float("inf")
HOUR = timedelta(hours=1)


def due_times(operation: BulkOperation) -> list[datetime]:
    """Of the jobs in the queue, in the order of their entries."""
    made = dict(Requeue.objects.filter(operation=operation).values_list("job_id", "entry_id"))
    due = {made[job["id"]]: job["run_at"] for job in jobs()}
    recorded = dict(Requeue.objects.filter(operation=operation).values_list("entry_id", "run_at"))
    assert due == recorded
    return [due[entry] for entry in sorted(due)]


def begun(entries: list[int], **details: Any) -> BulkOperation:
    confirmation = confirm("requeue", entries).counted(len(entries))
    operation, _new = begin(confirmation, actor="ann", **details)
    return operation


@pytest.mark.parametrize("chunk_size", [1, 4, 1000])
def test_jobs_are_due_at_the_chosen_time_in_the_entries_order_across_chunks(settings: Any, chunk_size: int) -> None:
    settings.DLQ_CHUNK_SIZE = chunk_size
    tomorrow = timezone.now() + timedelta(days=1)
    due = due_times(requeue(*add_entries(10), run_at=tomorrow))
    assert due == sorted(set(due))
    assert tomorrow < due[0] <= due[-1] < tomorrow + timedelta(seconds=1)


def test_jobs_are_due_now_when_the_chosen_time_has_passed_meanwhile() -> None:
    due = due_times(requeue(add_entry(), run_at=timezone.now() - HOUR))
    assert due[0] > value("SELECT now()")


@pytest.mark.parametrize("chunk_size", [1, 4, 1000])
@pytest.mark.parametrize("start", [timedelta(), HOUR])
def test_jobs_become_due_evenly_over_the_period_across_chunks(settings: Any, chunk_size: int, start: timedelta) -> None:
    settings.DLQ_CHUNK_SIZE = chunk_size
    entries = add_entries(10)
    run_at = timezone.now() + start if start else None
    due = due_times(advance(begun(entries, spread=timedelta(minutes=30), run_at=run_at).pk, INFINITE))
    assert len(due) == 10
    assert {round((later - earlier).total_seconds(), 3) for earlier, later in pairwise(due)} == {180.0}
    assert abs(due[0] - (run_at or timezone.now())) < timedelta(seconds=30)


def test_pace_is_kept_when_it_was_paused_for_less_than_the_period(settings: Any) -> None:
    settings.DLQ_CHUNK_SIZE = 2
    operation = begun(add_entries(6), spread=timedelta(hours=6))
    advance(operation.pk, 0)
    pause(operation.pk, "lunch")
    resume(operation.pk, "back")
    due = due_times(advance(operation.pk, INFINITE))
    assert [round((later - earlier) / HOUR, 3) for earlier, later in pairwise(due)] == [1.0] * 5


def test_rest_begins_now_at_the_same_pace_when_it_was_paused_for_longer(settings: Any) -> None:
    settings.DLQ_CHUNK_SIZE = 2
    operation = begun(add_entries(4), spread=timedelta(hours=4))
    advance(operation.pk, 0)
    long_ago = timezone.now() - timedelta(days=2)
    BulkOperation.objects.filter(pk=operation.pk).update(next_run_at=long_ago)
    due = due_times(advance(operation.pk, INFINITE))
    assert due[2] > value("SELECT now()")
    assert round((due[3] - due[2]) / HOUR, 3) == 1.0


def test_skipped_ones_leave_no_gap_when_spread(settings: Any) -> None:
    settings.DLQ_CHUNK_SIZE = 3
    entries = add_entries(6, priority="CASE WHEN n IN (2, 5) THEN 40000 ELSE 0 END")
    due = due_times(advance(begun(entries, spread=timedelta(hours=6)).pk, INFINITE))
    assert [round((later - earlier) / HOUR, 3) for earlier, later in pairwise(due)] == [1.0] * 3


def test_order_is_kept_when_a_refused_row_halves_its_chunk() -> None:
    entries = add_entries(8)
    sql("CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$")
    sql(
        "CREATE TRIGGER refuse BEFORE UPDATE ON graphile_worker.backfill_dlq FOR EACH ROW"
        f" WHEN (OLD.id = {entries[2]}) EXECUTE FUNCTION refuse()"
    )
    due = due_times(requeue(*entries))
    assert len(due) == 7
    assert due == sorted(set(due))


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, (5, "bills", 9)),
        ({"priority": -3}, (-3, "bills", 9)),
        ({"priority": 0}, (0, "bills", 9)),
        ({"queue_name": "slow"}, (5, "slow", 9)),
        ({"queue_name": ""}, (5, None, 9)),
        ({"max_attempts": 1}, (5, "bills", 1)),
    ],
)
def test_job_has_what_was_chosen_and_else_what_the_entry_says(options: dict[str, Any], expected: Any) -> None:
    entry = add_entry(priority=5, queue_name="bills", max_attempts=9)
    requeue(entry, **options)
    (job,) = jobs()
    assert (job["priority"], job["queue"], job["max_attempts"]) == expected
    assert (cell(entry, "priority"), cell(entry, "queue_name"), cell(entry, "max_attempts")) == (5, "bills", 9)


@pytest.mark.parametrize(
    ("bad", "cure"), [({"priority": 40_000}, {"priority": 1}), ({"max_attempts": 0}, {"max_attempts": 1})]
)
def test_entry_is_requeued_when_the_choice_cures_what_the_queue_refuses(
    bad: dict[str, Any], cure: dict[str, Any]
) -> None:
    entry = add_entry(**bad)
    assert requeue(entry).skipped_count == 1
    assert requeue(entry, **cure).done_count == 1


def test_entry_is_refused_when_a_list_would_be_joined_with_the_list_of_the_job_that_it_replaces() -> None:
    """The queue joins two lists under one key; a payload is never touched in passing."""
    job = add_job(payload="[1]", job_key="a")
    fail(add_job(payload="[1]", job_key="b"))
    before = jobs()
    lists = [add_entry(job_key=key, payload="[2]") for key in "ab"]
    other = add_entry(payload='{"n": 1}')
    operation = requeue(*lists, other, key_policy="replace")
    assert reasons(operation) == dict.fromkeys(lists, wording("key_joins"))
    assert operation.done_count == 1
    assert jobs()[:2] == before
    assert job == before[0]["id"]


@pytest.mark.parametrize(("theirs", "ours"), [("[1]", '{"n": 1}'), ('{"n": 1}', "[1]"), ("[]", "[2, 10.00]")])
def test_job_is_replaced_when_nothing_of_it_would_stay(theirs: str, ours: str) -> None:
    add_job(payload=theirs, job_key="a")
    assert requeue(add_entry(job_key="a", payload=ours), key_policy="replace").done_count == 1
    assert [job["payload"] for job in jobs()] == [ours]
