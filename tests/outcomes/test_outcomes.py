"""What became of a requeued job: each state, each transition, and what is stored of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from dlq.filters import DlqFilterSet
from dlq.filters.status import ANY, ONCE, OPEN, STATUSES, UNCERTAIN
from dlq.models import BackfillDlq, Requeue
from dlq.models.entry_status import EntryStatus
from dlq.outcomes.job_states import states_of_entries
from dlq.outcomes.settling import settle, settle_arrivals
from dlq.process.processor import process_failed_jobs
from dlq.table.location import TABLE
from dlq.table.queue import queue_is_visible
from tests.support.database import SCHEMA, another_connection, sql, value
from tests.support.entries import add_entries, add_entry, cell, ids
from tests.support.jobs import add_job, exhaust, fail, finish, jobs, start
from tests.support.operations import operate, requeue
from tests.support.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)
"""Real transactions: what happened before what is told by their times."""

DLQ = TABLE.regclass


def requeued(**columns: Any) -> tuple[int, int]:
    """An entry that was requeued, and its job."""
    entry = add_entry(**columns)
    requeue(entry)
    return entry, Requeue.objects.get(entry_id=entry).job_id


def settled() -> dict[int, tuple[str, int | None]]:
    """Settle; the outcome and what it came back as, by entry (of its latest requeue)."""
    settle(10)
    return {link.entry_id: (link.outcome, link.returned_as) for link in Requeue.objects.order_by("id")}


def state(entry: int) -> str:
    return states_of_entries([entry])[entry].state


def status_of(entry: int) -> str:
    """As it is stored."""
    return str(BackfillDlq.objects.annotate(status=EntryStatus()).values_list("status", flat=True).get(pk=entry))


def dies(job: int) -> int:
    """It fails for good and comes back. Returns the entry that it is now."""
    exhaust(job)
    assert process_failed_jobs(TABLE).jobs == [job]
    return int(value(f"SELECT id FROM {DLQ} WHERE {TABLE.names['job_id']} = %s", job))


@pytest.mark.parametrize(
    ("happens", "expected"), [(lambda _job: None, "waiting"), (start, "running"), (fail, "retrying")]
)
def test_nothing_is_stored_when_the_job_is_not_through(happens: Callable[[int], None], expected: str) -> None:
    entry, job = requeued()
    happens(job)
    assert state(entry) == expected
    assert settled() == {entry: ("", None)}
    assert Requeue.objects.get().settled_at is None


def test_job_on_its_last_attempt_is_running_when_it_is_locked() -> None:
    entry, job = requeued(max_attempts=1)
    start(job)
    assert state(entry) == "running"
    assert settled() == {entry: ("", None)}


@pytest.mark.parametrize("key", [None, "k"])
def test_entry_recovered_when_the_job_left_the_queue(key: str | None) -> None:
    entry, job = requeued(job_key=key)
    finish(job)
    assert state(entry) == "recovered"
    assert settled() == {entry: ("recovered", None)}
    assert Requeue.objects.get().settled_at is not None


def test_keyed_entry_recovered_when_the_library_deleted_it_with_its_key() -> None:
    entry, job = requeued(job_key="k")
    finish(job)
    sql(f"DELETE FROM {DLQ} WHERE id = %s", entry)
    assert settled() == {entry: ("recovered", None)}


def test_entry_failed_again_when_the_job_has_used_up_its_attempts() -> None:
    entry, job = requeued()
    exhaust(job)
    assert state(entry) == "failed_again"
    assert settled() == {entry: ("", None)}
    assert status_of(entry) == "failed_again"
    assert process_failed_jobs(TABLE).jobs == [job]
    assert settled() == {entry: ("failed_again", max(ids()))}


def test_unkeyed_entry_came_back_as_another_one_when_the_job_died() -> None:
    entry, job = requeued()
    other = dies(job)
    assert other != entry
    assert state(entry) == "failed_again"
    assert settled() == {entry: ("failed_again", other)}


def test_keyed_entry_came_back_as_itself_when_the_job_died() -> None:
    entry, job = requeued(job_key="k")
    assert dies(job) == entry
    assert state(entry) == "failed_again"
    assert settled() == {entry: ("failed_again", entry)}


def test_keyed_entry_failed_again_when_the_library_replaced_its_job_id_since() -> None:
    """Its own failed_at is later than the requeue, whichever job it tells of now."""
    entry, job = requeued(job_key="k")
    dies(job)
    sql(f"UPDATE {DLQ} SET {TABLE.names['job_id']} = 10^9, failed_at = now() WHERE id = %s", entry)
    assert settled() == {entry: ("failed_again", entry)}


def test_recovered_becomes_failed_again_when_the_job_arrives_after_all() -> None:
    """Say the processor that moves the jobs was restored from a backup, or its transaction was very late."""
    entry, job = requeued()
    finish(job)
    assert settled() == {entry: ("recovered", None)}
    other = add_entry(original_job_id=job)
    assert settled() == {entry: ("failed_again", other)}


def test_failed_again_and_gone_stay_when_anything_else_happens() -> None:
    came_back, job = requeued()
    dies(job)
    taken_back, _job = requeued()
    operate("recall", [taken_back])
    before = settled()
    assert {outcome for outcome, _as in before.values()} == {"failed_again", "gone"}
    sql(f"DELETE FROM {DLQ}")
    add_entry(original_job_id=Requeue.objects.get(entry_id=taken_back).job_id)
    assert settled() == before
    assert came_back in before


def test_requeue_is_gone_when_a_newer_add_job_replaced_its_job() -> None:
    entry, job = requeued(job_key="k")
    assert add_job(job_key="k") == job
    assert state(entry) == "gone"
    assert settled() == {entry: ("gone", None)}


@pytest.mark.parametrize("ends", [lambda _job: None, finish, start, dies])
def test_earlier_requeue_is_gone_when_a_later_one_of_ours_replaced_its_job(ends: Callable[[int], Any]) -> None:
    entry, job = requeued(job_key="k")
    requeue(entry, also_on_their_way=True, key_policy="replace")
    ends(job)
    settle(10)
    earlier, later = Requeue.objects.order_by("id")
    assert (earlier.job_id, later.job_id, later.replaced) == (job, job, True)
    assert earlier.outcome == "gone"
    assert later.outcome != "gone"


def test_earlier_requeue_is_gone_when_the_entry_that_the_later_one_became_is_deleted_before_anybody_looked() -> None:
    entry, job = requeued(job_key="k")
    requeue(entry, also_on_their_way=True, key_policy="replace")
    operate("delete", [dies(job)])
    settle(10)
    assert [link.outcome for link in Requeue.objects.order_by("id")] == ["gone", "failed_again"]


@pytest.mark.parametrize(("after", "expected"), [(timedelta(hours=1), "gone"), (-timedelta(hours=1), "recovered")])
def test_job_that_vanished_before_it_was_due_is_gone(after: timedelta, expected: str) -> None:
    entry = add_entry()
    requeue(entry, run_at=timezone.now() + after)
    finish(Requeue.objects.get().job_id)
    assert state(entry) == expected
    assert settled() == {entry: (expected, None)}


@pytest.mark.parametrize("key", [None, "k"])
def test_entry_failed_again_when_what_it_came_back_as_was_deleted_before_anybody_looked(key: str | None) -> None:
    entry, job = requeued(job_key=key)
    returned = dies(job)
    operate("delete", [returned])
    assert settled() == {entry: ("failed_again", returned)}


@pytest.mark.parametrize("key", [None, "k"])
def test_state_is_the_same_live_and_stored_when_the_entry_itself_is_deleted(key: str | None) -> None:
    entry, job = requeued(job_key=key)
    finish(job)
    operate("delete", [entry])
    assert state(entry) == "recovered"
    assert settled() == {entry: ("recovered", None)}


def test_each_requeue_has_its_own_outcome_when_an_entry_is_requeued_again() -> None:
    entry, job = requeued(job_key="k")
    dies(job)
    requeue(entry)
    finish(Requeue.objects.latest("id").job_id)
    settle(10)
    assert [link.outcome for link in Requeue.objects.order_by("id")] == ["failed_again", "recovered"]


def test_arrival_is_matched_when_its_transaction_committed_late() -> None:
    """failed_at is the time at which the moving transaction began; the caretaker looked before it committed."""
    entry, job = requeued()
    exhaust(job)
    with another_connection() as mover:
        mover.execute("SELECT now()")
        settle_arrivals()
        mover.execute(f"DELETE FROM {SCHEMA}._private_jobs WHERE id = %s", [job])
        mover.execute(
            f"INSERT INTO {DLQ} ({TABLE.names['job_id']}, task_identifier, payload, failure_reason)"
            " VALUES (%s, 'send_email', '{}', 'late')",
            [job],
        )
        mover.commit()
    assert value("SELECT reached FROM dlq_dutyprogress") > cell(max(ids()), "failed_at")
    assert settle_arrivals() == 1
    assert settled() == {entry: ("failed_again", max(ids()))}


def test_what_failed_before_the_first_requeue_is_not_looked_at() -> None:
    """A table of millions is never walked through for it."""
    add_entries(5, original_job_id="n", failed_at="now() - interval '1 day'")
    requeued()
    Requeue.objects.update(job_id=3)
    assert settle_arrivals() == 0


def test_table_is_not_scanned_when_it_lacks_an_index_on_the_job_id(no_index_on_job_id: None) -> None:
    add_entries(20_000, original_job_id="10^6 + n", failed_at="now() - interval '1 day' - n * interval '1 second'")
    sql(f"ANALYZE {DLQ}")
    entries = [requeued()[0] for _number in range(30)]
    other = dies(Requeue.objects.earliest("id").job_id)
    with transaction.atomic():
        before = scans()
        assert state(entries[0]) == "failed_again"
        assert settled()[entries[0]] == ("failed_again", other)
        assert scans() == before


def scans() -> int:
    """How often this transaction has read the table from one end to the other."""
    return int(value("SELECT seq_scan FROM pg_stat_xact_user_tables WHERE relid = %s::regclass", DLQ))


@pytest.fixture
def no_index_on_job_id() -> Iterator[None]:
    """As in the library's own table."""
    (definition,) = (
        found
        for (found,) in sql("SELECT indexdef FROM pg_indexes WHERE tablename = %s", TABLE.name)
        if found.endswith(f"({TABLE.job_id_column})")
    )
    sql(f"DROP INDEX {SCHEMA}.{definition.split()[2]}")
    yield
    sql(definition)


def test_each_outcome_is_stored_once_when_caretakers_settle_at_once() -> None:
    entries = add_entries(60)
    requeue(*entries)
    for link in Requeue.objects.all():
        finish(link.job_id) if link.entry_id % 2 else exhaust(link.job_id)
    process_failed_jobs(TABLE)
    at_once(*[lambda: settle(10)] * 4)
    settle(10)
    assert {entry: outcome for entry, (outcome, _as) in settled().items()} == {
        entry: "recovered" if entry % 2 else "failed_again" for entry in entries
    }


def test_settling_continues_in_small_statements_until_all_is_settled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dlq.outcomes.settling.REQUEUES_A_STATEMENT", 4)
    requeue(*add_entries(10))
    for job in jobs()[3:]:
        finish(job["id"])
    assert settle(10) == 7
    assert Requeue.objects.filter(outcome="").count() == 3


def test_number_of_statements_is_the_same_when_10_or_200_are_settled() -> None:
    settle(10)  # the first time looks for what came back before
    counts = []
    for number in (10, 200):
        requeue(*add_entries(number))
        sql(f"DELETE FROM {SCHEMA}._private_jobs")
        with CaptureQueriesContext(connection) as queries:
            assert settle(10) == number
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.fixture
def blind_role() -> Iterator[str]:
    """A role for which row level security hides the queue: it reads no rows and gets no error."""
    sql("CREATE ROLE blind")
    sql(f"GRANT USAGE ON SCHEMA {SCHEMA}, public TO blind")
    sql(f"GRANT ALL ON ALL TABLES IN SCHEMA {SCHEMA}, public TO blind")
    sql(f"ALTER VIEW {SCHEMA}.jobs SET (security_invoker = true)")
    yield "blind"
    sql("RESET ROLE")
    sql(f"ALTER VIEW {SCHEMA}.jobs RESET (security_invoker)")
    sql("DROP OWNED BY blind")
    sql("DROP ROLE blind")


def test_absence_says_nothing_when_the_role_cannot_see_the_queue(blind_role: str) -> None:
    finished, job = requeued()
    waiting, _job = requeued()
    finish(job)
    sql(f"SET ROLE {blind_role}")
    assert value(f"SELECT count(*) FROM {SCHEMA}.jobs") == 0
    assert not queue_is_visible()
    assert settled() == {finished: ("", None), waiting: ("", None)}
    assert states_of_entries([finished, waiting]) == {}
    sql("RESET ROLE")
    assert settled() == {finished: ("recovered", None), waiting: ("", None)}


def test_arrival_in_the_table_is_certain_also_when_the_role_cannot_see_the_queue(blind_role: str) -> None:
    entry, job = requeued()
    other = dies(job)
    sql(f"SET ROLE {blind_role}")
    assert settled() == {entry: ("failed_again", other)}


def test_list_and_filter_agree_for_every_state() -> None:
    new, waiting, by_library, failed_by_library = add_entries(4)
    requeue(waiting)
    sql(
        f"UPDATE {DLQ} SET requeued_count = 1, last_requeued_at = now() WHERE id = ANY (%s)",
        [by_library, failed_by_library],
    )
    sql(f"UPDATE {DLQ} SET failed_at = now() WHERE id = %s", failed_by_library)
    recovered, job = requeued()
    finish(job)
    unkeyed, job = requeued()
    other = dies(job)
    keyed, job = requeued(job_key="k")
    dies(job)
    gone, _job = requeued()
    operate("recall", [gone])
    settle(10)
    since_by_library, job = requeued()
    finish(job)
    settle(10)
    sql(f"UPDATE {DLQ} SET requeued_count = 2, last_requeued_at = now() WHERE id = %s", since_by_library)
    expected = {
        new: "new",
        waiting: "requeued",
        by_library: "requeued",
        failed_by_library: "failed_again",
        recovered: "recovered",
        unkeyed: "superseded",
        other: "failed_again",
        keyed: "failed_again",
        gone: "gone",
        since_by_library: "requeued",
    }
    assert dict(BackfillDlq.objects.annotate(status=EntryStatus()).values_list("id", "status")) == expected
    for status in STATUSES.keys() - {UNCERTAIN}:
        found = set(DlqFilterSet.of_pairs([("status", status)]).qs.values_list("id", flat=True))
        assert found == {
            entry
            for entry, its in expected.items()
            if status == ANY
            or its == status
            or (status == ONCE and its != "superseded")
            or (status == OPEN and its not in ("recovered", "superseded"))
        }, status


def test_entry_that_failed_since_its_recovery_is_no_longer_recovered_and_may_be_requeued() -> None:
    """A producer added the key again, and that job died: the entry tells of a new failure."""
    entry, job = requeued(job_key="k")
    finish(job)
    assert settled() == {entry: ("recovered", None)}
    assert dies(add_job(job_key="k")) == entry
    settle(10)
    status = BackfillDlq.objects.annotate(status=EntryStatus()).values_list("status", flat=True).get()
    assert status == "failed_again"
    assert requeue(entry).done_count == 1
