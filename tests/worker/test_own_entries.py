"""Tasks of the real library that write their own entries and then fail: whoever moves their jobs, each failure is one entry."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from bench.by_library import BUILT
from dlq.process.processor import process_failed_jobs
from dlq.table.location import TABLE
from tests.support.database import SCHEMA, database_url, sql, value
from tests.support.jobs import jobs

pytestmark = [
    pytest.mark.worker,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not os.environ.get("TEST_LIBRARY"), reason="beside the library: TEST_LIBRARY=1"),
]

CRATE = Path(__file__).parent / "reporter"
JOBS = 120


@pytest.fixture(scope="module")
def reporter() -> Path:
    """Built by cargo, a few minutes the first time."""
    cargo = shutil.which("cargo")
    assert cargo, "TEST_LIBRARY=1 takes Rust."
    command = [cargo, "build", "--release", "--quiet", "--manifest-path", str(CRATE / "Cargo.toml")]
    subprocess.run([*command, "--target-dir", str(BUILT)], check=True)
    return BUILT / "release" / "reporter"


def started(reporter: Path, what: str, milliseconds: int) -> subprocess.Popen[str]:
    environment = {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": database_url().replace("@/", "@localhost/"),
        "DLQ_SCHEMA": TABLE.schema,
    }
    command = [str(reporter), what, str(milliseconds)]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


def failed_jobs(reporter: Path) -> list[int]:
    """Let the library's worker run jobs that fail: with and without a key, with and without an entry of their own.

    Returns their ids, from its log.
    """
    sql(
        f"SELECT {SCHEMA}.add_jobs(array_agg(('report', json_build_object('n', n, 'own_entry', n % 2 = 0), NULL, NULL, 1,"
        f" CASE WHEN n % 3 = 0 THEN 'k' || n END, NULL, NULL)::{SCHEMA}.job_spec)) FROM generate_series(1, {JOBS}) n"
    )
    log, _ = started(reporter, "work", 4000).communicate(timeout=60)
    ran = [int(line) for line in log.split()]
    assert Counter(ran).most_common(1)[0][1] == 1
    assert len(ran) == JOBS
    return ran


@pytest.mark.parametrize("movers", [("product",), ("library",), ("product", "library")], ids=" and ".join)
def test_each_failure_is_one_entry_with_the_reason_that_its_task_gave(reporter: Path, movers: tuple[str, ...]) -> None:
    ran = failed_jobs(reporter)
    library = started(reporter, "process", 3000) if "library" in movers else None
    moved = 0
    if "product" in movers:
        while jobs() or (library and library.poll() is None):
            moved += len(process_failed_jobs(TABLE).jobs)
    moved += int(library.communicate(timeout=60)[0]) if library else 0
    entries = [job for (job,) in sql(f"SELECT original_job_id FROM {SCHEMA}.backfill_dlq")]
    assert sorted(entries) == sorted(ran)
    assert moved == JOBS / 2
    told = value(
        f"SELECT count(*) FROM {SCHEMA}.backfill_dlq WHERE failure_reason = 'its own reason'"
        " AND last_error = jsonb_build_object('own', payload -> 'n') AND failure_count = 1"
    )
    assert told == JOBS / 2
    assert len(jobs()) == (0 if "product" in movers else JOBS / 2)
