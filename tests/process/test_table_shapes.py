"""Jobs move into the table whatever unique indexes its owner gave it, and a key that it has once is renewed."""

from __future__ import annotations

import pytest

from dlq.process.processor import process_failed_jobs
from dlq.table.location import TABLE
from dlq.table.uniqueness import uniqueness
from tests.support.database import SCHEMA, sql, value
from tests.support.entries import add_entry, drop_unique_key_index, ids, row_of
from tests.support.jobs import add_job, exhaust, jobs
from tests.support.operations import requeue

pytestmark = pytest.mark.django_db

T = f"{SCHEMA}.backfill_dlq"
DEFERRABLE = f"ALTER TABLE {T} ADD CONSTRAINT owners UNIQUE (job_key) DEFERRABLE INITIALLY DEFERRED"
INVALID = (
    f"CREATE UNIQUE INDEX owners ON {T} (job_key) WHERE job_key IS NOT NULL;"
    "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'graphile_worker.owners'::regclass"
)
RENEWS = {
    "ours": f"CREATE UNIQUE INDEX owners ON {T} (job_key) WHERE job_key IS NOT NULL",
    "all rows": f"CREATE UNIQUE INDEX owners ON {T} (job_key)",
    "INCLUDE": f"CREATE UNIQUE INDEX owners ON {T} (job_key) INCLUDE (failed_at, priority)",
    "deferrable": DEFERRABLE,
    "deferrable, initially immediate": f"ALTER TABLE {T} ADD CONSTRAINT owners UNIQUE (job_key) DEFERRABLE",
    "deferrable beside ours": f"{DEFERRABLE}; CREATE UNIQUE INDEX o ON {T} (job_key) WHERE job_key IS NOT NULL",
    "expression": f"CREATE UNIQUE INDEX owners ON {T} (lower(job_key))",
    "another predicate": f"CREATE UNIQUE INDEX owners ON {T} (job_key) WHERE job_key <> ''",
    "exclusion": f"ALTER TABLE {T} ADD CONSTRAINT owners EXCLUDE (job_key WITH =)",
    "invalid": INVALID,
    "with a column that has a default": f"ALTER TABLE {T} ADD COLUMN tenant text NOT NULL DEFAULT 'acme';"
    f"CREATE UNIQUE INDEX owners ON {T} (job_key, tenant)",
    "nulls not distinct": f"CREATE UNIQUE INDEX owners ON {T} (job_key) NULLS NOT DISTINCT WHERE job_key IS NOT NULL",
}
TAKES_IT_TWICE = {
    "none": "SELECT",
    "not unique": f"CREATE INDEX owners ON {T} (job_key)",
    "another predicate": f"CREATE UNIQUE INDEX owners ON {T} (job_key) WHERE queue_name = 'mail'",
    "with an empty column": f"ALTER TABLE {T} ADD COLUMN tenant text; CREATE UNIQUE INDEX owners ON {T} (job_key, tenant)",
    "with the id": f"CREATE UNIQUE INDEX owners ON {T} (job_key, id)",
}


def shape(statements: str) -> None:
    drop_unique_key_index()
    sql(statements)


def dead_job(**options: object) -> int:
    job = add_job(**options)  # type: ignore[arg-type]
    exhaust(job)
    return job


@pytest.mark.parametrize("statements", RENEWS.values(), ids=RENEWS)
def test_entry_is_renewed_and_others_move_when_the_table_takes_its_key_once(statements: str) -> None:
    shape(statements)
    entry = add_entry(job_key="k", notes="mine", failure_count=5, requeued_count=2, payload="{}")
    job = dead_job(payload='{"new": 1}', job_key="k", priority=7)
    others = [dead_job(job_key="other"), dead_job(), dead_job()]
    moved = process_failed_jobs(TABLE)
    assert (sorted(moved.jobs), moved.misfits, jobs()) == (sorted([job, *others]), {}, [])
    row = row_of(entry)
    assert (row["original_job_id"], row["payload"], row["priority"]) == (job, {"new": 1}, 7)
    assert (row["failure_count"], row["notes"], row["requeued_count"]) == (6, "mine", 2)
    assert value(f"SELECT failed_at = now() FROM {T} WHERE id = %s", entry)
    assert len(ids()) == 4


@pytest.mark.parametrize("statements", RENEWS.values(), ids=RENEWS)
def test_job_goes_back_and_forth_whatever_the_index_on_the_key_is(statements: str) -> None:
    shape(statements)
    entry, other = add_entry(job_key="k"), add_entry(job_key="other")
    assert requeue(entry, other).done_count == 2
    for job in jobs():
        exhaust(job["id"])
    assert len(process_failed_jobs(TABLE).jobs) == 2
    assert ids() == [entry, other]


@pytest.mark.parametrize("statements", TAKES_IT_TWICE.values(), ids=TAKES_IT_TWICE)
def test_second_entry_appears_when_the_table_takes_its_key_twice(statements: str) -> None:
    shape(statements)
    entry = add_entry(job_key="k")
    before = row_of(entry)
    dead_job(job_key="k")
    assert process_failed_jobs(TABLE).misfits == {}
    assert (len(ids()), row_of(entry)) == (2, before)
    assert not uniqueness(TABLE).keys_are_unique


def test_newest_entry_is_renewed_when_the_table_has_the_key_in_part_of_its_rows_once() -> None:
    shape(f"CREATE UNIQUE INDEX owners ON {T} (job_key) WHERE queue_name = 'mail'")
    add_entry(job_key="k", failed_at="2026-01-01 00:00+00")
    newest = add_entry(job_key="k", queue_name="mail", failed_at="2026-01-02 00:00+00")
    job = dead_job(job_key="k", queue_name="mail")
    assert process_failed_jobs(TABLE).jobs == [job]
    assert row_of(newest)["original_job_id"] == job
    assert len(ids()) == 2


def test_entry_without_key_is_never_renewed_when_the_table_takes_one_such_row_only() -> None:
    shape(f"CREATE UNIQUE INDEX owners ON {T} (job_key) NULLS NOT DISTINCT")
    entry, keyed = add_entry(), add_entry(job_key="k")
    before = row_of(entry)
    without, with_key = dead_job(), dead_job(job_key="k")
    moved = process_failed_jobs(TABLE)
    assert moved.jobs == [with_key]
    assert "owners" in moved.misfits[without]
    assert [job["id"] for job in jobs()] == [without]
    assert (ids(), row_of(entry)) == ([entry, keyed], before)


def test_job_stays_and_is_named_when_another_key_is_in_its_way() -> None:
    shape(f"CREATE UNIQUE INDEX owners ON {T} (lower(job_key))")
    entry = add_entry(job_key="K")
    before = row_of(entry)
    job = dead_job(job_key="k")
    assert "owners" in process_failed_jobs(TABLE).misfits[job]
    assert row_of(entry) == before


def test_entry_is_not_renewed_when_its_id_and_not_the_key_is_taken() -> None:
    shape(f"CREATE UNIQUE INDEX owners ON {T} (job_key, id)")
    entry = add_entry(job_key="k")
    before = row_of(entry)
    sql(f"ALTER SEQUENCE {SCHEMA}.backfill_dlq_id_seq RESTART WITH {entry}")
    job = dead_job(job_key="k")
    assert "backfill_dlq_pkey" in process_failed_jobs(TABLE).misfits[job]
    assert row_of(entry) == before


@pytest.mark.parametrize(
    ("statements", "keys_are_unique", "upserts_by_key"),
    [
        (RENEWS["ours"], True, True),
        (RENEWS["all rows"], True, True),
        (RENEWS["INCLUDE"], True, True),
        (RENEWS["deferrable"], False, False),
        (RENEWS["deferrable beside ours"], True, False),
        (f"CREATE UNIQUE INDEX owners ON {T} (job_key) NULLS NOT DISTINCT", True, False),
        (RENEWS["nulls not distinct"], True, True),
        (RENEWS["expression"], False, False),
        (RENEWS["another predicate"], False, False),
        (RENEWS["exclusion"], False, False),
        (RENEWS["invalid"], False, False),
        (RENEWS["with a column that has a default"], False, False),
    ],
)
def test_what_the_table_allows_is_read_from_its_catalogue(
    statements: str, keys_are_unique: bool, upserts_by_key: bool
) -> None:
    shape(statements)
    found = uniqueness(TABLE)
    assert (found.keys_are_unique, found.upserts_by_key) == (keys_are_unique, upserts_by_key)
