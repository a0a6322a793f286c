"""What is said of 300 requeued jobs beside the real library, whose workers delete used-up jobs when they start."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bench.by_library import environment, program
from dlq.models import Requeue
from dlq.outcomes.settling import settle
from tests.support.database import SCHEMA, database_url, sql, value
from tests.support.entries import add_entries
from tests.support.operations import requeue

pytestmark = [
    pytest.mark.worker,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        not os.environ.get("TEST_LIBRARY"), reason="TEST_LIBRARY=1 builds and runs the backfill library"
    ),
]

CRATE = Path(__file__).parent / "library"
FAILING, SUCCEEDING = 300, 40


@contextmanager
def library_worker(log: Path) -> Iterator[None]:
    """The library's worker at work; what becomes of each attempt is added to the log."""
    with log.open("ab") as output:
        worker = subprocess.Popen(
            [program(CRATE, "library-worker")],
            env=environment(database_url()),
            stdin=subprocess.PIPE,
            stdout=output,
        )
        try:
            yield
        finally:
            worker.communicate(timeout=60)
    assert worker.returncode == 0


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def has_work() -> bool:
    return bool(value(f"SELECT count(*) FROM {SCHEMA}.jobs WHERE locked_at IS NOT NULL OR attempts < max_attempts"))


@pytest.mark.parametrize("looks_between", [True, False])
@pytest.mark.parametrize(
    ("payload", "attempts"),
    [('{"fails": true}', 1), ('{"fails": true, "for_good": true}', 5)],
    ids=["once", "for good"],
)
def test_what_is_said_is_what_the_workers_log_says_when_the_worker_is_restarted(
    tmp_path: Path, payload: str, attempts: int, looks_between: bool
) -> None:
    log = tmp_path / "log"
    requeue(*add_entries(FAILING, payload=f"'{payload}'", max_attempts=str(attempts)))
    requeue(*add_entries(SUCCEEDING, payload="""'{"fails": false}'"""))
    with library_worker(log):
        wait_until(lambda: not has_work())
    if looks_between:
        settle(10)
    with library_worker(log):
        wait_until(lambda: not value(f"SELECT count(*) FROM {SCHEMA}.jobs"))
    settle(10)

    truth = dict(line.split() for line in log.read_text().splitlines())
    assert len(truth) == FAILING + SUCCEEDING
    said: dict[str, set[str]] = {}
    for job, outcome in Requeue.objects.values_list("job_id", "outcome"):
        said.setdefault(outcome, set()).add(str(job))
    failed = {job for job, how in truth.items() if how == "failed"}
    moved = {str(job) for (job,) in sql(f"SELECT original_job_id FROM {SCHEMA}.backfill_dlq")}
    assert said.pop("failed_again") == failed & moved
    if looks_between:
        assert said == {"recovered": set(truth) - failed, "lost": failed - moved}
    else:
        # A job that succeeded looks like one that failed for good and was deleted at the start.
        assert said == {"unknown": set(truth) - moved}
    assert len(failed - moved) > 100
