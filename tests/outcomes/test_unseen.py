"""Jobs that left the queue unseen: what is said of them needs a proof, the pleasant end most of all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dlq.filters import DlqFilterSet
from dlq.models import DutyProgress, Requeue
from dlq.operations.kinds.requeue.preflight import preflight_of
from dlq.outcomes.job_states import states_of_entries
from dlq.outcomes.progress import LOOKED
from dlq.outcomes.settling import settle
from dlq.process.processor import process_failed_jobs
from dlq.table.location import TABLE
from tests.support.database import SCHEMA, sql, value
from tests.support.entries import add_entries, add_entry
from tests.support.jobs import exhaust, finish, start
from tests.support.operations import confirm, operate, requeue

pytestmark = pytest.mark.django_db(transaction=True)

DLQ = TABLE.regclass


def requeued(**columns: Any) -> tuple[int, int]:
    entry = add_entry(**columns)
    requeue(entry)
    return entry, Requeue.objects.get(entry_id=entry).job_id


def settled(entry: int) -> str:
    """The stored outcome, which is also what a page says before, of one that is still open."""
    was_open = not Requeue.objects.get(entry_id=entry).outcome
    live = states_of_entries([entry])[entry].state
    settle(10)
    outcome = Requeue.objects.get(entry_id=entry).outcome
    assert live == outcome or not outcome or not was_open
    return outcome


def library_moves(job: int, **columns: Any) -> int:
    """As its processor does, also while the job runs. Returns the entry."""
    entry = add_entry(original_job_id=job, **columns) if not columns.get("job_key") else 0
    if not entry:
        sql(
            f"UPDATE {DLQ} SET failed_at = now(), {TABLE.names['job_id']} = %s WHERE job_key = %s",
            job,
            columns["job_key"],
        )
        entry = int(value(f"SELECT id FROM {DLQ} WHERE job_key = %s", columns["job_key"]))
    finish(job)
    return entry


def long_ago() -> None:
    """All that was requeued, was so an hour ago, and nobody has looked since."""
    sql("UPDATE dlq_requeue SET created_at = created_at - interval '1 hour', run_at = run_at - interval '1 hour'")
    sql(
        f"UPDATE {DLQ} SET last_requeued_at = last_requeued_at - interval '1 hour', failed_at = failed_at - interval '2 hours'"
    )


def test_job_is_lost_when_it_was_seen_exhausted_and_is_deleted() -> None:
    entry, job = requeued()
    exhaust(job)
    assert settled(entry) == ""
    finish(job)
    assert settled(entry) == "lost"


def test_lost_job_failed_again_when_it_arrives_after_all() -> None:
    entry, job = requeued()
    exhaust(job)
    settle(10)
    finish(job)
    assert settled(entry) == "lost"
    add_entry(original_job_id=job)
    assert settled(entry) == "failed_again"


def test_mark_is_cleared_when_the_job_gets_new_attempts() -> None:
    entry, job = requeued()
    exhaust(job)
    settle(10)
    sql(f"SELECT {SCHEMA}.reschedule_jobs(ARRAY[%s::bigint], attempts => 0)", job)
    settle(10)
    assert Requeue.objects.get().exhausted_at is None
    finish(job)
    assert settled(entry) == "recovered"


def test_job_with_one_attempt_is_unknown_when_it_left_unseen() -> None:
    entry, job = requeued(max_attempts=1)
    finish(job)
    assert settled(entry) == "unknown"


@pytest.mark.parametrize("looks", [lambda: None, lambda: settle(10)])
def test_job_is_unknown_when_it_was_on_its_last_attempt(looks: Callable[[], Any]) -> None:
    entry, job = requeued(max_attempts=3)
    sql(f"UPDATE {SCHEMA}._private_jobs SET attempts = 2")
    start(job)
    settle(10)
    looks()
    finish(job)
    assert settled(entry) == "unknown"


def test_unknown_job_failed_again_when_it_arrives_after_all() -> None:
    entry, job = requeued(max_attempts=1)
    finish(job)
    assert settled(entry) == "unknown"
    add_entry(original_job_id=job)
    assert settled(entry) == "failed_again"


@pytest.mark.parametrize(("looks", "expected"), [(True, "recovered"), (False, "unknown")])
def test_job_recovered_only_when_somebody_looked_before_it_could_use_up_its_attempts(
    looks: bool, expected: str
) -> None:
    """Five attempts take a minute and a half at least."""
    entry, job = requeued(max_attempts=5)
    long_ago()
    if looks:
        settle(10)
    finish(job)
    assert settled(entry) == expected


def test_look_counts_when_all_open_requeues_have_been_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """A round that its time did not suffice for is continued the next time."""
    monkeypatch.setattr("dlq.outcomes.settling.REQUEUES_A_STATEMENT", 2)
    requeue(*add_entries(5))
    for _part in range(3):
        settle(0)
        assert not DutyProgress.objects.filter(pk=LOOKED).exists()
    settle(0)
    assert DutyProgress.objects.filter(pk=LOOKED).exists()


@pytest.mark.parametrize(
    ("moved", "at", "expected"),
    [
        (100, "clock_timestamp()", "unknown"),
        # Before the last look, but the worker may have deleted after it.
        (100, "clock_timestamp() - interval '5 seconds'", "unknown"),
        # As many at one time are moved by our own processor.
        (100, "now()", "recovered"),
        (80, "clock_timestamp()", "recovered"),
        (100, "clock_timestamp() - interval '20 seconds'", "recovered"),
        (100, "clock_timestamp() + interval '1 hour'", "recovered"),
    ],
)
def test_job_is_unknown_when_a_worker_may_have_started_and_deleted_it_unseen(
    moved: int, at: str, expected: str
) -> None:
    """An error that the library does not retry uses up all attempts at once, and a start deletes what is used up."""
    entry, job = requeued(max_attempts=5)
    settle(10)
    finish(job)
    add_entries(moved, failed_at=at)
    assert settled(entry) == expected


def test_keyed_job_recovered_when_the_library_removed_its_entry_whether_or_not_a_worker_started() -> None:
    entry, job = requeued(job_key="k")
    add_entries(100, failed_at="clock_timestamp()")
    finish(job)
    sql(f"DELETE FROM {DLQ} WHERE id = %s", entry)
    assert settled(entry) == "recovered"


@pytest.mark.parametrize(
    ("removes", "expected"),
    [
        (lambda entry: sql(f"DELETE FROM {DLQ} WHERE id = %s", entry), "recovered"),
        (lambda entry: operate("delete", [entry]), "unknown"),
        (lambda _entry: None, "unknown"),
    ],
)
def test_keyed_job_recovered_only_when_the_library_removed_its_entry(
    removes: Callable[[int], Any], expected: str
) -> None:
    entry, job = requeued(job_key="k", max_attempts=1)
    finish(job)
    removes(entry)
    assert settled(entry) == expected


def test_entry_is_uncertain_when_its_job_was_moved_while_it_ran() -> None:
    entry, job = requeued(max_attempts=1)
    start(job)
    settle(10)
    returned = library_moves(job)
    assert settled(entry) == "failed_again"
    assert uncertain() == {returned}


def test_entry_is_certain_when_it_was_moved_by_us() -> None:
    entry, job = requeued(max_attempts=1)
    start(job)
    settle(10)
    exhaust(job)
    assert process_failed_jobs(TABLE).jobs == [job]
    assert settled(entry) == "failed_again"
    assert uncertain() == set()


def test_entry_is_uncertain_when_its_job_had_one_attempt_and_there_is_no_error() -> None:
    without = add_entry(max_attempts=1, last_error=None)
    null = add_entry(max_attempts=1, last_error="null")
    add_entry(max_attempts=1)
    add_entry(max_attempts=None, last_error=None)
    add_entry(max_attempts=2, last_error=None)
    assert uncertain() == {without, null}


@pytest.mark.parametrize(
    ("removes", "expected"),
    [
        (lambda entry: sql(f"DELETE FROM {DLQ} WHERE id = %s", entry), "recovered"),
        (lambda entry: operate("delete", [entry]), "failed_again"),
        (lambda _entry: None, "failed_again"),
    ],
)
def test_uncertain_entry_recovered_only_when_the_library_removed_it(
    removes: Callable[[int], Any], expected: str
) -> None:
    entry, job = requeued(job_key="k", max_attempts=1)
    start(job)
    settle(10)
    assert library_moves(job, job_key="k") == entry
    assert settled(entry) == "failed_again"
    removes(entry)
    settle(10)
    assert Requeue.objects.get().outcome == expected


def test_certain_failure_stays_one_when_its_entry_is_removed() -> None:
    entry, job = requeued(job_key="k", max_attempts=1)
    exhaust(job)
    process_failed_jobs(TABLE)
    assert settled(entry) == "failed_again"
    sql(f"DELETE FROM {DLQ}")
    assert settled(entry) == "failed_again"


def test_preflight_counts_what_may_have_succeeded() -> None:
    unknown, job = requeued(max_attempts=1)
    finish(job)
    settle(10)
    doubtful = add_entry(max_attempts=1, last_error=None)
    found = preflight_of(confirm("requeue", [unknown, doubtful, add_entry()]).as_operation())
    assert (found.would_go, found.uncertain, found.unknown) == (3, 1, 1)


def uncertain() -> set[int]:
    return set(DlqFilterSet.of_pairs([("status", "uncertain")]).qs.values_list("id", flat=True))
