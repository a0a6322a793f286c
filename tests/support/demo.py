"""The samples of `make run` in the test's database, and its worker."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

from backfill_admin.demo.engine import worker_command
from backfill_admin.demo.samples import load_samples
from dlq.outcomes.settling import settle
from dlq.process.processor import process_failed_jobs
from dlq.table.location import TABLE
from tests.support import graphile
from tests.support.database import database_url, sql
from tests.support.patterns import group_everything

PATIENCE = 60.0


@contextmanager
def samples(entries: int) -> Iterator[None]:
    """Loaded, with what the caretaker makes of them."""
    load_samples(entries)
    try:
        group_everything()
        yield
    finally:
        sql("DROP TABLE demo_samples_loaded")


@contextmanager
def demo_worker() -> Iterator[None]:
    """At work until the block ends."""
    command = [*worker_command(database_url(), TABLE.schema)[:-1], str(graphile.home())]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as worker:
        try:
            yield
        finally:
            worker.terminate()


def wait_until_done() -> None:
    """Until no job is left that is due or has begun, with the caretaker looking on; then what failed comes to the table."""
    deadline = time.monotonic() + PATIENCE
    left = "attempts < max_attempts AND (attempts > 0 OR run_at < now()) OR locked_at IS NOT NULL"
    while sql(f"SELECT EXISTS (SELECT FROM {TABLE.schema}.jobs WHERE {left})") != [(False,)]:
        assert time.monotonic() < deadline, "the worker leaves jobs that are due"
        settle(10)
        time.sleep(0.1)
    process_failed_jobs(TABLE)
    settle(10)
    group_everything()


def work_off() -> None:
    with demo_worker():
        wait_until_done()
