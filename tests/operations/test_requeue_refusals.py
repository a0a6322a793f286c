"""Each reason for which a requeue leaves an entry as it was, said in words, with the entry untouched."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dlq.models import Requeue
from tests.support.database import SCHEMA, sql
from tests.support.entries import add_entry, drop_unique_key_index, text_of
from tests.support.jobs import add_job, exhaust, fail, finish, jobs, start
from tests.support.operations import confirm, reasons, requeue, run, wording

pytestmark = pytest.mark.django_db


def refusal(entry: int, **details: Any) -> str:
    """Requeue it, check that nothing happened, and return the reason."""
    row, queue = text_of(entry), jobs()
    operation = requeue(entry, **details)
    assert (operation.done_count, operation.skipped_count) == (0, 1)
    assert text_of(entry) == row
    assert jobs() == queue
    return reasons(operation)[entry]


def widen(column: str) -> None:
    """An owner whose column takes longer texts than the library's."""
    sql(f"ALTER TABLE {SCHEMA}.backfill_dlq ALTER COLUMN {column} TYPE text")


@pytest.mark.parametrize(
    ("code", "columns"),
    [
        ("bad_priority", {"priority": 32_768}),
        ("bad_priority", {"priority": -32_769}),
        ("bad_max_attempts", {"max_attempts": 0}),
        ("bad_max_attempts", {"max_attempts": 32_768}),
        ("empty_key", {"job_key": ""}),
        ("long_key", {"job_key": "k" * 513}),
        ("long_task", {"task_identifier": "t" * 129}),
        ("long_queue", {"queue_name": "q" * 129}),
    ],
)
def test_reason_is_said_when_the_queue_would_refuse_the_entry(code: str, columns: dict[str, Any]) -> None:
    for column in columns:
        if isinstance(columns[column], str):
            widen(column)
    assert refusal(add_entry(**columns)) == wording(code)


@pytest.mark.parametrize(
    "columns",
    [
        {"priority": 32_767},
        {"priority": -32_768},
        {"max_attempts": 1},
        {"max_attempts": 32_767},
        {"job_key": "k" * 512},
        {"task_identifier": "t" * 128},
        {"queue_name": "q" * 128},
    ],
)
def test_entry_is_requeued_when_it_is_just_within_the_queues_limits(columns: dict[str, Any]) -> None:
    for column in columns:
        if isinstance(columns[column], str):
            widen(column)
    assert requeue(add_entry(**columns)).done_count == 1
    assert len(jobs()) == 1


@pytest.mark.parametrize(("code", "happens"), [("waiting", lambda job: None), ("running", start), ("retrying", fail)])
@pytest.mark.parametrize("key", [None, "k"])
def test_entry_is_on_its_way_when_its_earlier_requeue_is_not_over(
    code: str, happens: Callable[[int], None], key: str | None
) -> None:
    entry = add_entry(job_key=key)
    requeue(entry)
    (job,) = jobs()
    happens(job["id"])
    assert refusal(entry) == wording(code).format(about=job["id"])
    assert "replace" not in wording(code)
    assert refusal(entry, key_policy="replace") == wording(code).format(about=job["id"])


def test_job_on_its_last_attempt_counts_as_running_when_it_is_locked() -> None:
    entry = add_entry(max_attempts=1)
    requeue(entry)
    (job,) = jobs()
    start(job["id"])
    assert refusal(entry) == wording("running").format(about=job["id"])


def test_entry_is_requeued_again_when_its_earlier_job_failed_again() -> None:
    entry = add_entry()
    requeue(entry)
    exhaust(jobs()[0]["id"])
    assert requeue(entry).done_count == 1
    assert Requeue.objects.filter(entry_id=entry).count() == 2


def test_entry_has_run_when_its_earlier_job_finished() -> None:
    entry = add_entry()
    requeue(entry)
    (job,) = jobs()
    finish(job["id"])
    assert refusal(entry) == wording("has_run").format(about=job["id"])
    assert requeue(entry, also_recovered=True).done_count == 1


@pytest.mark.parametrize("happens", [lambda job: None, start, fail])
def test_entry_on_its_way_is_requeued_too_when_asked_for(happens: Callable[[int], None]) -> None:
    entry = add_entry()
    requeue(entry)
    happens(jobs()[0]["id"])
    assert requeue(entry, also_on_their_way=True).done_count == 1
    assert len(jobs()) == 2


def test_entry_is_left_when_somebody_requeued_it_after_the_confirmation_was_shown() -> None:
    entry = add_entry()
    confirmation = confirm("requeue", [entry])
    sql(
        f"UPDATE {SCHEMA}.backfill_dlq SET last_requeued_at = clock_timestamp(), requeued_count = 1 WHERE id = %s",
        entry,
    )
    operation = run(confirmation)
    assert reasons(operation) == {entry: wording("requeued_since")}
    assert jobs() == []


def test_each_ticked_entry_gets_an_answer_when_some_are_gone_or_failed_again() -> None:
    deleted, failed_again, here = add_entry(), add_entry(), add_entry()
    confirmation = confirm("requeue", [deleted, failed_again, here])
    sql(f"DELETE FROM {SCHEMA}.backfill_dlq WHERE id = %s", deleted)
    sql(f"UPDATE {SCHEMA}.backfill_dlq SET failed_at = clock_timestamp() WHERE id = %s", failed_again)
    operation = run(confirmation)
    assert reasons(operation) == {deleted: wording("gone"), failed_again: wording("gone")}
    assert operation.done_count == 1


def test_later_arrivals_are_not_touched_when_everything_was_confirmed() -> None:
    first = add_entry()
    confirmation = confirm("requeue", pairs=[])
    add_entry()
    late = add_entry(failed_at="2020-01-01 00:00+00")
    operation = run(confirmation)
    assert operation.done_count == 1
    assert list(Requeue.objects.values_list("entry_id", flat=True)) == [first]
    assert late > first


@pytest.mark.parametrize(
    ("code", "happens"),
    [("key_waiting", lambda job: None), ("key_waiting", fail), ("key_running", start), ("key_exhausted", exhaust)],
)
def test_entry_is_skipped_by_default_when_another_job_has_its_key(code: str, happens: Callable[[int], None]) -> None:
    job = add_job(job_key="k")
    happens(job)
    assert refusal(add_entry(job_key="k")) == wording(code).format(about=job)


def test_waiting_job_is_replaced_when_the_policy_says_so() -> None:
    job = add_job(payload='{"old": true}', job_key="k")
    entry = add_entry(job_key="k", payload='{"new": true}')
    operation = requeue(entry, key_policy="replace")
    assert operation.done_count == 1
    (only,) = jobs()
    assert (only["id"], only["payload"], only["key"]) == (job, '{"new": true}', "k")
    link = Requeue.objects.get()
    assert link.replaced
    assert (link.job_id, link.revision) == (job, only["revision"])


@pytest.mark.parametrize("happens", [start, exhaust])
def test_second_job_starts_beside_it_when_a_running_or_exhausted_one_is_replaced(
    happens: Callable[[int], None],
) -> None:
    job = add_job(payload='{"old": true}', job_key="k")
    happens(job)
    assert requeue(add_entry(job_key="k", payload='{"new": true}'), key_policy="replace").done_count == 1
    old, new = jobs()
    assert (old["id"], old["key"], new["key"]) == (job, None, "k")
    assert Requeue.objects.get().job_id == new["id"]


@pytest.mark.parametrize("happens", [lambda job: None, start, exhaust])
def test_job_has_no_key_when_the_policy_is_to_drop_it(happens: Callable[[int], None]) -> None:
    job = add_job(payload='{"old": true}', job_key="k")
    happens(job)
    before = jobs()
    entry = add_entry(job_key="k", payload='{"new": true}')
    assert requeue(entry, key_policy="drop").done_count == 1
    *old, new = jobs()
    assert old == before
    assert (new["key"], new["payload"]) == (None, '{"new": true}')


def test_key_is_kept_when_the_policy_is_to_drop_it_but_nobody_has_it() -> None:
    requeue(add_entry(job_key="k"), key_policy="drop")
    assert jobs()[0]["key"] == "k"


@pytest.mark.parametrize("chunk_size", [1, 2, 1000])
def test_one_of_each_key_is_requeued_when_entries_share_keys(settings: Any, chunk_size: int) -> None:
    """The one that failed last stands for all, whichever chunk it is in."""
    settings.DLQ_CHUNK_SIZE = chunk_size
    drop_unique_key_index()
    oldest, newest, middle = (
        add_entry(job_key="same", failed_at=f"2026-01-0{day} 00:00+00", payload=f'{{"day": {day}}}')
        for day in (1, 3, 2)
    )
    alone, keyless, keyless_too = add_entry(job_key="other"), add_entry(job_key=None), add_entry(job_key=None)
    operation = requeue(oldest, newest, middle, alone, keyless, keyless_too)
    stands_for_both = wording("same_key").format(about=newest)
    assert reasons(operation) == {oldest: stands_for_both, middle: stands_for_both}
    assert set(Requeue.objects.values_list("entry_id", flat=True)) == {newest, alone, keyless, keyless_too}
    assert [job["payload"] for job in jobs() if job["key"] == "same"] == ['{"day": 3}']


@pytest.mark.parametrize("policy", ["replace", "drop"])
def test_one_of_each_key_is_requeued_when_the_policy_is_another(settings: Any, policy: str) -> None:
    settings.DLQ_CHUNK_SIZE = 1
    drop_unique_key_index()
    entries = [add_entry(job_key="same", failed_at=f"2026-01-0{day} 00:00+00") for day in (2, 1, 3)]
    operation = requeue(*entries, key_policy=policy)
    assert operation.done_count == 1
    assert set(reasons(operation)) == set(entries[:2])


def test_everything_matching_is_requeued_once_a_key_when_no_rows_were_ticked(settings: Any) -> None:
    settings.DLQ_CHUNK_SIZE = 3
    drop_unique_key_index()
    for number in range(20):
        add_entry(job_key=f"k{number % 4}", failed_at=f"2026-01-{number + 1:02} 00:00+00")
    confirmation = confirm("requeue", pairs=[("task_identifier", "send_email")])
    operation = run(confirmation)
    assert (operation.done_count, operation.skipped_count) == (4, 16)
    assert sorted(job["key"] for job in jobs()) == ["k0", "k1", "k2", "k3"]


def test_rest_of_the_key_is_requeued_when_the_one_that_failed_last_is_refused() -> None:
    """Documented choice: the last of a key stands for all; where it is refused itself its reason shows for it."""
    drop_unique_key_index()
    older = add_entry(job_key="same", failed_at="2026-01-01 00:00+00")
    newest = add_entry(job_key="same", failed_at="2026-01-02 00:00+00", priority=99_999)
    operation = requeue(older, newest)
    assert reasons(operation)[newest] == wording("bad_priority")
    assert operation.done_count + len(reasons(operation)) == 2
