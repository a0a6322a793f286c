"""The page of indexes says what is missing, what that would serve, and what to run; running it makes the sentence go away."""

from __future__ import annotations

import pytest
from django.test import Client

from dlq.redaction.candidates import masking_index, masking_indexes
from dlq.table.index_advice import advice
from dlq.table.init import init_dlq
from dlq.table.location import TABLE
from dlq.table.uniqueness import uniqueness
from tests.support.database import SCHEMA, another_connection, sql, value
from tests.support.entries import add_entries
from tests.support.large import analyze
from tests.support.pages import LIST, get, text_of

INDEXES = f"{LIST}indexes/"


@pytest.mark.django_db
def test_nothing_is_missing_when_init_dlq_made_the_table(boss: Client) -> None:
    page = get(boss, INDEXES)
    assert "None: the table has all indexes that the pages count on." in page.text
    assert {index.wanted.kind for index in advice(TABLE) if not index.is_there} == {"optional"}


@pytest.mark.django_db
def test_missing_index_is_named_with_what_it_serves_when_it_was_dropped(boss: Client) -> None:
    sql(f"DROP INDEX {SCHEMA}.idx_backfill_dlq_failed_at_id")
    page = get(boss, INDEXES)
    assert "The list in its usual order page by page" in page.text
    statements = [text_of(box) for box in page.all("pre", class_="dlq-document")]
    assert (
        'CREATE INDEX CONCURRENTLY IF NOT EXISTS "idx_backfill_dlq_failed_at_id" ON "graphile_worker"."backfill_dlq"'
        " (failed_at, id) INCLUDE (task_identifier, queue_name, failure_count);" in statements
    )


@pytest.mark.django_db
def test_index_of_some_rows_only_is_no_substitute() -> None:
    sql(f"DROP INDEX {SCHEMA}.idx_backfill_dlq_queue_name")
    sql(f"CREATE INDEX owners ON {SCHEMA}.backfill_dlq (queue_name) WHERE task_identifier = 'mail'")
    assert "queue_name" in {index.wanted.suffix for index in advice(TABLE) if not index.is_there}
    sql(f"DROP INDEX {SCHEMA}.owners; CREATE INDEX ON {SCHEMA}.backfill_dlq (queue_name) WHERE queue_name IS NOT NULL")
    assert "queue_name" not in {index.wanted.suffix for index in advice(TABLE) if not index.is_there}


@pytest.mark.django_db(transaction=True)
def test_page_waits_for_nobody_when_the_table_is_locked(boss: Client) -> None:
    with another_connection() as other:
        other.execute(f"LOCK TABLE {SCHEMA}.backfill_dlq IN ACCESS EXCLUSIVE MODE")
        sql("SET lock_timeout = '1s'")
        try:
            assert boss.get(INDEXES).status_code == 200
            assert uniqueness(TABLE).keys_are_unique
        finally:
            sql("RESET lock_timeout")


@pytest.mark.django_db
def test_page_changes_nothing_when_opened(boss: Client) -> None:
    sql(f"DROP INDEX {SCHEMA}.idx_backfill_dlq_failed_at_id")
    before = value("SELECT count(*) FROM pg_indexes WHERE tablename = 'backfill_dlq'")
    get(boss, INDEXES)
    assert value("SELECT count(*) FROM pg_indexes WHERE tablename = 'backfill_dlq'") == before


@pytest.mark.django_db(transaction=True)
def test_every_advised_statement_makes_its_index_when_run(boss: Client, settings: object) -> None:
    settings.DLQ_EXTRA_COLUMNS = ('tenant "id" %',)  # type: ignore[attr-defined]
    sql(f'ALTER TABLE {SCHEMA}.backfill_dlq ADD COLUMN "tenant ""id"" %" text')
    sql(f"DROP INDEX {SCHEMA}.idx_backfill_dlq_failed_at_id, {SCHEMA}.idx_backfill_dlq_queue_name")
    made = []
    try:
        missing = [index for index in advice(TABLE, [masking_index(TABLE)]) if not index.is_there]
        assert len(missing) >= 7
        for index in missing:
            for statement in index.statements:
                sql(statement)
            made.append(index.wanted.suffix)
        assert [index for index in advice(TABLE, [masking_index(TABLE)]) if not index.is_there] == []
        assert "Worth it if it is asked for often" not in get(boss, INDEXES).text
    finally:
        sql(f'ALTER TABLE {SCHEMA}.backfill_dlq DROP COLUMN "tenant ""id"" %"')
        for suffix in set(made) - {"failed_at_id", "queue_name"}:
            sql(f"DROP INDEX IF EXISTS {SCHEMA}.idx_backfill_dlq_{suffix}")
        init_dlq(TABLE, more=masking_indexes)


@pytest.mark.django_db
def test_size_is_about_right_when_an_index_is_advised() -> None:
    add_entries(8_000, payload="jsonb_build_object('customer', n, 'reference', md5(n::text))")
    analyze()
    # How large a trigram index becomes depends on the texts: these are random ones, its worst case.
    missing = [index for index in advice(TABLE) if not index.is_there and "gin_trgm_ops" not in index.wanted.on]
    for index in missing:
        for statement in index.statements:
            sql(statement.replace(" CONCURRENTLY", ""))
        made = next(other for other in advice(TABLE) if other.wanted.suffix == index.wanted.suffix)
        assert index.size / 4 < made.size < index.size * 4, index.wanted.on


@pytest.mark.django_db(transaction=True)
def test_broken_index_counts_as_missing_and_is_dropped_first_when_advised() -> None:
    sql(f"UPDATE pg_index SET indisvalid = false WHERE indexrelid = '{SCHEMA}.idx_backfill_dlq_job_id'::regclass")
    try:
        (found,) = [index for index in advice(TABLE) if index.wanted.suffix == "job_id"]
        assert not found.is_there
        drop, create = found.statements
        assert drop == 'DROP INDEX CONCURRENTLY IF EXISTS "graphile_worker"."idx_backfill_dlq_job_id";'
        sql(drop)
        sql(create)
        assert next(index for index in advice(TABLE) if index.wanted.suffix == "job_id").is_there
    finally:
        sql(f"UPDATE pg_index SET indisvalid = true WHERE indexrelid = '{SCHEMA}.idx_backfill_dlq_job_id'::regclass")
