"""PostgreSQL itself dies in the middle of an operation, again and again; the drivers wait for it and go on."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

import psycopg
import pytest

from backfill_admin.postgres import Cluster
from tests.conftest import binaries
from tests.engine.drivers import CARETAKER, Progress, Watch, run, running
from tests.support import graphile

pytestmark = pytest.mark.alone

ENTRIES = 20_000
CHUNK_SIZE = 200
RESTARTS = 5
SEED = 20261124
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
"""What a crash must not lose has to be on the disk: the other tests' server takes no such care."""

FILL = f"""
    INSERT INTO graphile_worker.backfill_dlq (task_identifier, payload, queue_name, job_key, max_attempts, failure_reason)
    SELECT 'send_email', jsonb_build_object('n', n), 'q' || n % 2, CASE WHEN n % 3 = 0 THEN 'k' || n END, 5, 'gave up'
    FROM generate_series(1, {ENTRIES}) AS n
"""
BEGIN = """
import django
django.setup()
from dlq.operations.confirmation import begin
from tests.support.operations import confirm
print(begin(confirm("requeue", pairs=[]), actor="tester")[0].pk)
"""


@pytest.fixture
def server() -> Iterator[Cluster]:
    """A server of its own, with the queue, the table and 20,000 entries."""
    folder = Path(tempfile.mkdtemp(prefix="backfill-admin-crash-"))
    folder.chmod(0o755)
    cluster = Cluster(folder / "pg", binaries(folder))
    try:
        cluster.start(**DURABLE)
        graphile.install_schema(cluster.url())
        run(cluster.url(), "manage.py", "migrate")
        run(cluster.url(), "manage.py", "init_dlq")
        with psycopg.connect(cluster.url()) as connection:
            connection.execute(FILL)
        yield cluster
    finally:
        cluster.stop("immediate")
        shutil.rmtree(folder)


def test_each_entry_is_requeued_once_when_postgresql_is_restarted_5_times(server: Cluster) -> None:
    operation = int(run(server.url(), "-c", BEGIN, DJANGO_SETTINGS_MODULE="backfill_admin.settings"))
    random = Random(SEED)
    now = Progress("running", 0, 0, 0.0)
    with (
        running(server.url(), *CARETAKER, DLQ_CHUNK_SIZE=CHUNK_SIZE) as one,
        running(server.url(), *CARETAKER, DLQ_CHUNK_SIZE=CHUNK_SIZE) as two,
    ):
        for _restart in range(RESTARTS):
            with psycopg.connect(server.url(), autocommit=True) as observer:
                moved = Watch(observer, operation, CHUNK_SIZE).until_it_moves(now)
                time.sleep(random.uniform(0, moved.seconds_a_chunk))
                server.stop("immediate")
            server.start(**DURABLE)
            with psycopg.connect(server.url(), autocommit=True) as observer:
                now = Watch(observer, operation, CHUNK_SIZE).progress()
            assert moved.handled <= now.handled < ENTRIES, (
                f"not within the operation (seed {SEED}): {moved}, then {now}"
            )
            assert now.state == "running"
        with psycopg.connect(server.url(), autocommit=True) as observer:
            end = Watch(observer, operation, CHUNK_SIZE).until_it_ends(one)
        assert (end.state, end.handled) == ("done", ENTRIES)
        assert (one.process.poll(), two.process.poll()) == (None, None), one.output + two.output
        assert "Trying again" in one.stop() + two.stop(), "no driver noticed"
    with psycopg.connect(server.url()) as connection:
        counts = "SELECT done_count, skipped_count, failed_count FROM dlq_bulkoperation"
        assert connection.execute(counts).fetchall() == [(ENTRIES, 0, 0)], f"seed {SEED}"
        requeues = "SELECT count(*), count(DISTINCT entry_id) FROM dlq_requeue"
        assert connection.execute(requeues).fetchall() == [(ENTRIES, ENTRIES)]
        jobs = (
            "SELECT count(*), count(DISTINCT j.payload::jsonb), count(r.id)"
            " FROM graphile_worker._private_jobs j LEFT JOIN dlq_requeue r ON r.job_id = j.id"
        )
        assert connection.execute(jobs).fetchall() == [(ENTRIES, ENTRIES, ENTRIES)]
        count_of_each = "SELECT DISTINCT requeued_count FROM graphile_worker.backfill_dlq"
        assert connection.execute(count_of_each).fetchall() == [(1,)]
