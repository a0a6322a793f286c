"""Producers add and re-add keys and the real worker runs them while the same keys are requeued: nothing twice, nothing lost."""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from threading import Event
from typing import Any

import pytest

from backfill_admin.demo.engine import node
from dlq.models import BulkOperation, OperationEntry, Requeue
from dlq.operations.confirmation import begin
from dlq.operations.runner import advance
from tests.engine.drivers import PATIENCE
from tests.support import graphile
from tests.support.database import SCHEMA, another_connection, database_url, sql, value
from tests.support.entries import add_entries
from tests.support.operations import confirm
from tests.support.threads import at_once, beside

pytestmark = [pytest.mark.worker, pytest.mark.django_db(transaction=True)]

SEED = 20261124
ENTRIES = 1_200
KEYS = 300
TASKS = Path(graphile.__file__).parents[1] / "worker"
TURN = 0.05


@dataclass(frozen=True)
class Added:
    """One call that put a job into the queue: which job, the how-manieth change of it, and what it is to write down."""

    job: int
    revision: int
    token: str


@pytest.fixture
def written_down(transactional_db: None) -> Iterator[None]:
    sql("CREATE TABLE written_down (job_id bigint, payload json)")
    yield
    sql("DROP TABLE written_down")


@contextmanager
def worker() -> Iterator[Path]:
    """The real worker, with four jobs at a time; its log."""
    # Node itself, not the script of that name in the environment: that would not pass the signal on.
    command = [node(), *graphile.command(database_url(), "--jobs", "4", "--poll-interval", "100")[1:]]
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "output"
        with log.open("wb") as output:
            process = subprocess.Popen(command, cwd=TASKS, stdout=output, stderr=output)
        try:
            yield log
        finally:
            process.terminate()
            process.wait(PATIENCE)


def produce(name: str, stop: Event) -> list[Added]:
    """Add jobs with keys again and again, whatever became of the ones before, as an application does."""
    random = Random(f"{SEED} {name}")
    added = []
    with another_connection(autocommit=True) as own:
        number = 0
        while not stop.is_set():
            number += 1
            token = f"{name}{number}"
            found = own.execute(
                f"SELECT id, revision FROM {SCHEMA}.add_job('take_time', json_build_object('token', %s::text,"
                " 'milliseconds', %s::int), job_key => %s)",
                (token, random.randint(0, 10), f"k{random.randrange(KEYS)}"),
            ).fetchone()
            # Where a worker took the job that has the key during the call, the engine adds nothing and returns null.
            if found and found[0] is not None:
                added.append(Added(found[0], found[1], token))
            stop.wait(0.002)
    return added


def drive(operation: BulkOperation) -> None:
    while advance(operation.pk, TURN).is_under_way:
        pass


def operate_together(*policies: str, **details: Any) -> None:
    """Two operators requeue everything at the same time."""
    confirmations = [confirm("requeue", pairs=[]) for _policy in policies]
    operations = [
        begin(confirmation, actor="tester", key_policy=policy, **details)[0]
        for confirmation, policy in zip(confirmations, policies, strict=True)
    ]
    at_once(*[lambda operation=operation: drive(operation) for operation in operations])


def wait_until_all_has_run() -> None:
    deadline = time.monotonic() + PATIENCE
    while value(f"SELECT count(*) FROM {SCHEMA}._private_jobs"):
        assert time.monotonic() < deadline, "jobs stay in the queue"
        time.sleep(0.02)


@pytest.mark.usefixtures("written_down")
def test_what_was_added_runs_once_when_producers_and_requeues_share_keys(settings: Any) -> None:
    settings.DLQ_CHUNK_SIZE = 100
    add_entries(
        ENTRIES,
        task_identifier="'take_time'",
        payload="jsonb_build_object('token', 'entry' || n, 'milliseconds', n % 10)",
        job_key=f"CASE WHEN n <= {KEYS} THEN 'k' || n - 1 END",
    )
    stop = Event()
    with worker() as log, beside(lambda: produce("a", stop)) as one, beside(lambda: produce("b", stop)) as two:
        try:
            for policies in (("skip", "skip"), ("skip", "replace"), ("replace", "replace")):
                operate_together(*policies, also_recovered=True, also_on_their_way=True)
        finally:
            stop.set()
        added = one.result() + two.result()
        wait_until_all_has_run()
        assert "deadlock" not in log.read_text()

    ours = [
        Added(job, revision, token)
        for token, job, revision in sql(
            "SELECT e.payload->>'token', r.job_id, r.revision"
            f" FROM dlq_requeue r JOIN {SCHEMA}.backfill_dlq e ON e.id = r.entry_id"
        )
    ]
    check_runs(added + ours)
    skipping = BulkOperation.objects.filter(key_policy="skip")
    assert not Requeue.objects.filter(operation__in=skipping, replaced=True).exists(), f"seed {SEED}"
    assert not Requeue.objects.filter(operation__in=skipping, revision__gt=0).exists(), f"seed {SEED}"
    assert Requeue.objects.filter(replaced=True).exists(), "the test has lost its bite: no job was replaced"
    assert OperationEntry.objects.filter(code="key_waiting").exists(), "the test has lost its bite: no key was taken"
    for operation in BulkOperation.objects.all():
        assert operation.state == "done"
        assert operation.failed_count == 0
        assert operation.handled_count == ENTRIES
        assert operation.done_count == Requeue.objects.filter(operation=operation).count()


def check_runs(added: list[Added]) -> None:
    """Each job ran once, as whoever changed it last wanted it."""
    last: dict[int, Added] = {}
    for call in added:
        if call.job not in last or call.revision > last[call.job].revision:
            last[call.job] = call
    ran = sorted(sql("SELECT job_id, payload->>'token' FROM written_down"))
    assert ran == sorted((call.job, call.token) for call in last.values()), f"seed {SEED}"
