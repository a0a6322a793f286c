"""Processors, caretakers and two operators at once, while requeued jobs die again: each entry ends in exactly one place."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from random import Random
from threading import Event

import pytest
from django.db.models import F, Sum

from dlq.models import BulkOperation, DeletedEntry, OperationEntry, Requeue
from dlq.operations.confirmation import begin
from dlq.operations.runner import advance
from dlq.outcomes.settling import settle
from dlq.table.location import TABLE
from tests.engine.drivers import CARETAKER, PATIENCE, Program, running
from tests.support.database import SCHEMA, database_url, sql, value
from tests.support.entries import add_entries
from tests.support.operations import confirm
from tests.support.threads import at_once, beside

pytestmark = pytest.mark.django_db(transaction=True)

SEED = 20261124
ENTRIES = 3_000
DEAD_JOBS = 1_500
ROUNDS = 4
PROCESSOR = ("manage.py", "process_failed_jobs", "--watch", "0.02", "--skip-checks")
TURN = 0.05
SHARE_OF_KEYS = 3
"""One entry in so many has a key; half of the dead jobs have the key of an entry."""


def kill_some_jobs() -> None:
    """As a worker whose tasks fail for good: jobs that were due have used up their attempts."""
    sql(
        f"UPDATE {SCHEMA}._private_jobs SET attempts = max_attempts, last_error = 'again' WHERE id IN"
        f" (SELECT id FROM {SCHEMA}._private_jobs WHERE attempts < max_attempts LIMIT 50 FOR UPDATE SKIP LOCKED)"
    )


def work_badly(stop: Event) -> None:
    while not stop.is_set():
        kill_some_jobs()
        stop.wait(0.01)  # else no job would ever be waiting when the next operation looks at it


def settle_always(stop: Event) -> None:
    """As a caretaker does every few seconds: here it shall meet the jobs just while they move."""
    while not stop.is_set():
        settle(TURN)


@contextmanager
def everybody_else() -> Iterator[list[Program]]:
    """Two processors and two caretakers as processes, a worker that spoils everything, and somebody who settles outcomes."""
    stop = Event()
    with ExitStack() as stack:
        programs = [
            stack.enter_context(running(database_url(), *words, DLQ_CHUNK_SIZE=100))
            for words in (PROCESSOR, PROCESSOR, CARETAKER, CARETAKER)
        ]
        threads = [stack.enter_context(beside(partial(work, stop))) for work in (work_badly, settle_always)]
        try:
            yield programs
        finally:
            stop.set()
            for thread in threads:
                thread.result()


def wait_for_an_empty_queue() -> None:
    """Until everything that was requeued has died and come here again."""
    deadline = time.monotonic() + PATIENCE
    while value(f"SELECT count(*) FROM {SCHEMA}._private_jobs"):
        assert time.monotonic() < deadline, "jobs stay in the queue"
        time.sleep(0.01)


def drive(operation: int) -> None:
    """As the operator's page does."""
    while advance(operation, TURN).is_under_way:
        pass


def test_each_entry_ends_in_one_place_when_processors_caretakers_and_operators_work_at_once() -> None:
    random = Random(SEED)
    add_entries(ENTRIES, job_key=f"CASE WHEN n % {SHARE_OF_KEYS} = 0 THEN 'k' || n END", task_identifier="'t' || n % 5")
    sql(
        f"SELECT FROM {SCHEMA}.add_jobs(ARRAY(SELECT ('t0', json_build_object('dead', n), NULL, NULL, 1,"
        f" CASE WHEN n % 2 = 0 THEN 'k' || {SHARE_OF_KEYS} * (n / 2) END, NULL, NULL)::{SCHEMA}.job_spec"
        f" FROM generate_series(1, {DEAD_JOBS}) n))"
    )
    first_jobs = {job for (job,) in sql(f"SELECT id FROM {SCHEMA}._private_jobs")}
    with everybody_else() as programs:
        for _round in range(ROUNDS):
            policy = random.choice(("skip", "replace", "drop"))
            task = random.choice([f"t{number}" for number in range(5)])
            requeue, _new = begin(
                confirm("requeue", pairs=[]), actor="ann", key_policy=policy, also_on_their_way=random.random() < 0.5
            )
            delete, _new = begin(confirm("delete", pairs=[("task_identifier", task)]), actor="bob")
            at_once(partial(drive, requeue.pk), partial(drive, delete.pk))
        wait_for_an_empty_queue()
        errors = [program.stop() for program in programs]
    assert not any("Trying again" in words or "does not fit" in words for words in errors), (errors, f"seed {SEED}")
    settle(60.0)

    check_places(first_jobs)
    check_records()
    check_outcomes()


def check_places(first_jobs: set[int]) -> None:
    """Each entry is in the table or in the trash, once; each job that ever was has died and come here, once."""
    table = {entry for (entry,) in sql(f"SELECT id FROM {TABLE.regclass}")}
    trash = [entry for (entry,) in sql("SELECT entry_id FROM dlq_deletedentry")]
    assert len(trash) == len(set(trash)), f"an entry was deleted twice (seed {SEED})"
    assert not table & set(trash), f"an entry is in two places (seed {SEED})"
    assert set(range(1, ENTRIES + 1)) <= table | set(trash), f"an entry is nowhere (seed {SEED})"
    died = first_jobs | set(Requeue.objects.values_list("job_id", flat=True))
    failures = value(
        f"SELECT (SELECT coalesce(sum(failure_count), 0) FROM {TABLE.regclass})"
        " + (SELECT coalesce(sum((row->>'failure_count')::int), 0) FROM dlq_deletedentry)"
    )
    assert failures == ENTRIES + len(died), f"seed {SEED}"


def check_records() -> None:
    """The numbers of the operations, their rows, and the counts at the entries are the same."""
    operations = BulkOperation.objects.annotate(handled=F("done_count") + F("skipped_count") + F("failed_count"))
    assert set(operations.values_list("state", "failed_count")) == {("done", 0)}, f"seed {SEED}"
    for operation in operations:
        made = {
            "requeue": Requeue.objects.filter(operation=operation).count(),
            "delete": DeletedEntry.objects.filter(operation=operation).count(),
        }
        assert operation.done_count == made[operation.kind], f"seed {SEED}"
        assert operation.skipped_count == OperationEntry.objects.filter(operation=operation).count()
    counted = value(
        f"SELECT (SELECT coalesce(sum(requeued_count), 0) FROM {TABLE.regclass})"
        " + (SELECT coalesce(sum((row->>'requeued_count')::int), 0) FROM dlq_deletedentry)"
    )
    assert counted == Requeue.objects.count() == operations.filter(kind="requeue").aggregate(n=Sum("done_count"))["n"]


def check_outcomes() -> None:
    """No job succeeded: each failed again, but those that a later requeue took the place of."""
    outcomes = Requeue.objects.values_list("job_id", "revision", "outcome")
    last = {job: revision for job, revision, _outcome in outcomes.order_by("revision")}
    wrong = [found for found in outcomes if found[2] != ("failed_again" if last[found[0]] == found[1] else "gone")]
    assert not wrong, f"seed {SEED}"
