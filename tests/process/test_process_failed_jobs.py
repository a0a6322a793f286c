"""Jobs that have used up their attempts move into the table; whatever can't, stays in the queue and is named."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from dlq import client
from dlq.process.processor import process_failed_jobs
from dlq.table.location import TABLE
from tests.support.database import SCHEMA, another_connection, sql, value
from tests.support.entries import add_entry, drop_unique_key_index, ids, row_of
from tests.support.jobs import add_job, exhaust, fail, jobs, start

pytestmark = pytest.mark.django_db


def dead_job(**options: Any) -> int:
    job = add_job(**options)
    exhaust(job)
    return job


def test_entry_tells_all_of_the_job_when_it_moved() -> None:
    job = add_job("charge", '{"n": 10.00}', queue_name="bills", priority=-3, max_attempts=4, job_key="k")
    exhaust(job, "Card was refused")
    assert process_failed_jobs(TABLE).jobs == [job]
    assert jobs() == []
    (entry,) = ids()
    row = row_of(entry)
    assert row["original_job_id"] == job
    assert (row["task_identifier"], row["queue_name"], row["priority"], row["max_attempts"]) == (
        "charge",
        "bills",
        -3,
        4,
    )
    assert (row["payload"], row["job_key"], row["last_error"]) == ({"n": "10.00"}, "k", "Card was refused")
    assert (row["failure_count"], row["requeued_count"], row["notes"]) == (1, 0, None)
    assert row["failure_reason"] == "Job exceeded maximum retry attempts (4/4)"
    assert None not in (row["original_created_at"], row["original_run_at"], row["failed_at"])


def test_queue_name_is_empty_when_the_job_was_in_none() -> None:
    dead_job()
    process_failed_jobs(TABLE)
    assert row_of(ids()[0])["queue_name"] == ""


def test_job_stays_when_it_waits_or_will_be_tried_again() -> None:
    add_job()
    fail(add_job())
    assert process_failed_jobs(TABLE).jobs == []
    assert len(jobs()) == 2


def test_job_stays_when_it_runs_for_the_last_time() -> None:
    """The engine counts the attempt when it locks the job, so only the lock tells it from a dead one."""
    job = add_job(max_attempts=1)
    start(job)
    assert jobs()[0]["attempts"] == jobs()[0]["max_attempts"]
    assert process_failed_jobs(TABLE).jobs == []
    assert ids() == []
    fail(job)
    assert process_failed_jobs(TABLE).jobs == [job]


def test_job_stays_when_it_has_been_running_for_long() -> None:
    """Older than the four hours after which the engine's own complete_jobs takes a lock for forgotten."""
    job = add_job(max_attempts=1)
    start(job)
    sql(f"UPDATE {SCHEMA}._private_jobs SET locked_at = now() - interval '5 hours'")
    assert process_failed_jobs(TABLE).jobs == []
    assert [left["id"] for left in jobs()] == [job]


def test_entry_is_renewed_when_its_key_is_here_already() -> None:
    entry = add_entry(job_key="k", notes="mine", requeued_count=3, failure_count=5, failed_at="2026-01-01 00:00+00")
    job = dead_job(payload='{"new": 1}', job_key="k")
    assert process_failed_jobs(TABLE).jobs == [job]
    assert ids() == [entry]
    row = row_of(entry)
    assert (row["original_job_id"], row["failure_count"], row["payload"]) == (job, 6, {"new": 1})
    assert (row["notes"], row["requeued_count"]) == ("mine", 3)
    assert value(f"SELECT failed_at = now() FROM {SCHEMA}.backfill_dlq")


def test_second_entry_appears_when_keys_need_not_be_unique() -> None:
    drop_unique_key_index()
    entry = add_entry(job_key="k")
    before = row_of(entry)
    dead_job(job_key="k")
    assert len(process_failed_jobs(TABLE).jobs) == 1
    assert len(ids()) == 2
    assert row_of(entry) == before


@pytest.mark.parametrize("unique", [True, False])
def test_all_move_when_there_are_more_than_one_statement_takes(unique: bool) -> None:
    if not unique:
        drop_unique_key_index()
    sql(
        f"SELECT {SCHEMA}.add_jobs(array_agg(('t', json_build_object('n', n), 'q' || n %% 3, NULL, 1,"
        f" CASE WHEN n %% 2 = 0 THEN 'k' || n END, NULL, NULL)::{SCHEMA}.job_spec)) FROM generate_series(1, 650) n WHERE %s",
        True,
    )
    sql(f"UPDATE {SCHEMA}._private_jobs SET attempts = max_attempts")
    assert len(process_failed_jobs(TABLE).jobs) == 650
    assert jobs() == []
    assert value(f"SELECT count(DISTINCT payload) FROM {SCHEMA}.backfill_dlq") == 650


MISFITS = {
    "a queue name of 101 characters": {"queue_name": "q" * 101},
    "a key of 201 characters": {"job_key": "k" * 201},
    "a NUL in the payload": {"payload": '{"a": "\\u0000"}'},
    "a number that no jsonb holds": {"payload": "1e200000"},
}


@pytest.mark.parametrize("options", MISFITS.values(), ids=MISFITS)
def test_misfit_stays_and_the_rest_moves_when_a_job_does_not_fit_into_the_table(options: dict[str, Any]) -> None:
    fitting = [dead_job() for _ in range(3)]
    misfit = dead_job(**options)
    fitting += [dead_job() for _ in range(3)]
    moved = process_failed_jobs(TABLE)
    assert sorted(moved.jobs) == fitting
    assert list(moved.misfits) == [misfit]
    assert "refused" in moved.misfits[misfit]
    assert [job["id"] for job in jobs()] == [misfit]
    assert len(ids()) == 6


def test_misfit_is_not_tried_again_when_it_is_known() -> None:
    misfit = dead_job(queue_name="q" * 101)
    assert list(process_failed_jobs(TABLE).misfits) == [misfit]
    assert process_failed_jobs(TABLE, known_misfits=[misfit]).misfits == {}


def test_misfits_are_few_among_many_when_moved() -> None:
    misfits = set()
    for number in range(40):
        job = dead_job(job_key=("k" * 201) if number == 17 else None, queue_name=("q" * 101) if number == 33 else None)
        if number in (17, 33):
            misfits.add(job)
    moved = process_failed_jobs(TABLE)
    assert set(moved.misfits) == misfits
    assert len(moved.jobs) == 38


@pytest.mark.django_db(transaction=True)
def test_job_is_left_for_the_next_call_when_somebody_has_its_row_locked() -> None:
    held, free = dead_job(), dead_job()
    with another_connection() as other:
        other.execute(f"SELECT FROM {SCHEMA}._private_jobs WHERE id = {held} FOR UPDATE")
        assert process_failed_jobs(TABLE).jobs == [free]
    assert process_failed_jobs(TABLE).jobs == [held]


def test_command_says_how_many_moved_when_run_once() -> None:
    dead_job()
    misfit = dead_job(job_key="k" * 201)
    out, err = StringIO(), StringIO()
    call_command("process_failed_jobs", stdout=out, stderr=err)
    assert out.getvalue() == 'Moved 1 failed jobs into "graphile_worker"."backfill_dlq".\n'
    assert f"Job {misfit} does not fit" in err.getvalue()


def test_command_says_nothing_when_nothing_moved() -> None:
    out = StringIO()
    call_command("process_failed_jobs", stdout=out)
    assert out.getvalue() == ""


@pytest.mark.parametrize("seconds", ["0", "-1", "100000", "nan"])
def test_command_refuses_to_watch_when_the_pause_makes_no_sense(seconds: str) -> None:
    with pytest.raises(CommandError, match="between 0 and 86400"):
        call_command("process_failed_jobs", "--watch", seconds)


def test_client_returns_their_number_when_jobs_moved() -> None:
    dead_job()
    dead_job()
    assert client.process_failed_jobs(actor="cron") == 2


def own_entry(job: int, **columns: Any) -> int:
    """As the library's add_to_dlq writes it, called by the task of a job that then fails."""
    return add_entry(
        original_job_id=job, **{"failure_reason": "Card was stolen", "last_error": '{"code": 7}', **columns}
    )


@pytest.mark.parametrize("indexed", [True, False])
@pytest.mark.parametrize("key", ["k", None])
def test_job_has_one_entry_when_its_task_had_written_it(indexed: bool, key: str | None) -> None:
    if not indexed:
        sql(f"DROP INDEX {SCHEMA}.idx_backfill_dlq_job_id")
    job = dead_job(payload='{"n": 10.00}', job_key=key, max_attempts=3) if key else dead_job(payload='{"n": 10.00}')
    entry = own_entry(job, job_key=key, payload='{"older": 1}', failure_count=1)
    before = row_of(entry)
    other = dead_job()
    moved = process_failed_jobs(TABLE)
    assert (moved.jobs, moved.already_here, moved.misfits) == ([other], [job], {})
    assert jobs() == []
    assert len(ids()) == 2
    after = row_of(entry)
    kept = ("failure_reason", "last_error", "failure_count", "failed_at", "original_job_id", "job_key")
    assert [after[name] for name in kept] == [before[name] for name in kept]
    assert after["payload"] == {"n": "10.00"}, "a requeue runs what the job was given"


def test_entry_is_renewed_when_its_requeue_gave_the_waiting_job_new_work() -> None:
    """The queue then keeps the job's id, and its later failure is another one."""
    job = add_job(job_key="k", max_attempts=2)
    entry = own_entry(job, job_key="k", failed_at="2099-01-01 00:00+00", last_requeued_at="2099-01-02 00:00+00")
    exhaust(job, "Anew")
    assert process_failed_jobs(TABLE).jobs == [job]
    assert ids() == [entry]
    assert row_of(entry)["last_error"] == "Anew"


def test_job_stays_when_its_own_entry_does_not_take_it() -> None:
    job = dead_job(queue_name="q" * 101)
    entry = own_entry(job)
    before = row_of(entry)
    moved = process_failed_jobs(TABLE)
    assert (moved.jobs, moved.already_here, list(moved.misfits)) == ([], [], [job])
    assert [left["id"] for left in jobs()] == [job]
    assert row_of(entry) == before
