"""Whoever changes the table waits for nobody for long, because all others would wait behind; what is there is not locked."""

from __future__ import annotations

import time
from collections.abc import Iterator
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client

from dlq import client
from dlq.client import NotMade
from dlq.table import lock_limit
from dlq.table.columns import table_columns
from dlq.table.index_advice import Surroundings, advice, statements_for
from dlq.table.indexes import table_state
from dlq.table.init import init_dlq, init_sql
from dlq.table.location import TABLE
from dlq.table.lock_limit import LOCK_SECONDS, RESET_LIMIT, SET_LIMIT
from dlq.table.wanted_indexes import wanted
from tests.support.database import SCHEMA, another_connection, psql, sql, value
from tests.support.entries import add_entries, add_entry
from tests.support.pages import LIST, get
from tests.support.partitions import partition_table
from tests.support.threads import beside, wait_until_blocked

pytestmark = pytest.mark.django_db(transaction=True)

T = f"{SCHEMA}.backfill_dlq"
JOB_ID = f"{SCHEMA}.idx_backfill_dlq_job_id"
READ = f"SELECT count(*) FROM {T}"
WRITE = f"INSERT INTO {T} (task_identifier, payload, failure_reason) VALUES ('t', '1', 'r')"


@pytest.fixture
def _short_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock_limit, "LOCK_SECONDS", 0.3)


@pytest.fixture
def _no_job_id_index() -> Iterator[None]:
    sql(f"DROP INDEX {JOB_ID}")
    yield
    sql("RESET lock_timeout")
    init_dlq(TABLE)


def job_id_index_is_valid() -> bool:
    return table_state(TABLE).finds(TABLE.job_id_column)


def test_nothing_is_locked_when_everything_is_there() -> None:
    sql("SET lock_timeout = '1s'")
    try:
        with another_connection() as other:
            other.execute(f"LOCK TABLE {T} IN ACCESS EXCLUSIVE MODE")
            assert init_dlq(TABLE) == []
            assert client.init_dlq() == []
            with transaction.atomic():
                assert init_dlq(TABLE) == []
                # Nor is a lock kept that others would run into.
                assert not value(
                    "SELECT count(*) FROM pg_locks WHERE relation = %s::regclass AND mode NOT LIKE 'Access%%'", T
                )
    finally:
        sql("RESET lock_timeout")


def test_a_table_that_exists_keeps_its_columns_and_nobody_who_reads_it_is_waited_for() -> None:
    sql(f"ALTER TABLE {T} DROP COLUMN created_by")
    try:
        with another_connection() as export:
            export.execute(READ)
            sql("SET lock_timeout = '1s'")
            call_command("init_dlq", stdout=StringIO())
            assert psql(init_sql(TABLE)).returncode == 0
        assert "created_by" not in {column.name for column in table_columns(TABLE)}
    finally:
        sql(f"RESET lock_timeout; ALTER TABLE {T} ADD COLUMN created_by text")


@pytest.mark.usefixtures("_no_job_id_index")
def test_limit_is_shorter_than_a_page_may_wait(settings: object) -> None:
    assert LOCK_SECONDS < settings.DLQ_STATEMENT_TIMEOUT  # type: ignore[attr-defined]
    with another_connection() as writer:
        writer.execute(WRITE)
        with beside(init_within_a_transaction) as future:
            wait_until_blocked(future)
            began = time.monotonic()
            with another_connection() as other:
                other.execute(WRITE)
            assert time.monotonic() - began < LOCK_SECONDS + 1
            with pytest.raises(NotMade, match="Try again"):
                future.result()


def init_within_a_transaction() -> list[str]:
    """Where no index can be built beside those who write."""
    with transaction.atomic():
        return client.init_dlq()


@pytest.mark.usefixtures("_no_job_id_index", "_short_limit")
def test_callers_transaction_and_settings_stay_when_init_gives_up_or_not() -> None:
    with transaction.atomic():
        sql("SET LOCAL lock_timeout = '7s'")
        with another_connection() as writer:
            writer.execute(WRITE)
            with pytest.raises(NotMade):
                client.init_dlq()
        assert (value("SHOW lock_timeout"), job_id_index_is_valid()) == ("7s", False)
        entry = add_entry()
        assert client.init_dlq() == []
        assert value("SHOW lock_timeout") == "7s"
    assert value(f"SELECT id FROM {T}") == entry
    assert job_id_index_is_valid()
    assert value("SHOW lock_timeout") == "0"


@pytest.mark.usefixtures("_no_job_id_index", "_short_limit")
def test_nothing_of_it_stays_when_the_callers_transaction_can_not_have_all() -> None:
    sql(f"DROP INDEX {SCHEMA}.idx_backfill_dlq_queue_name")
    with another_connection() as writer, transaction.atomic():
        writer.execute(WRITE)
        with pytest.raises(NotMade, match="Nothing was changed"):
            client.init_dlq()
        assert not table_state(TABLE).finds("queue_name")


@pytest.mark.usefixtures("_no_job_id_index")
def test_index_is_waited_for_and_nobody_waits_for_it_when_a_transaction_is_open() -> None:
    with another_connection() as export, another_connection(autocommit=True) as other:
        export.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        export.execute(READ)
        with beside(client.init_dlq) as future:
            wait_until_blocked(future)
            other.execute("SET lock_timeout = '1s'")
            other.execute(READ)
            other.execute(WRITE)
            time.sleep(LOCK_SECONDS + 0.5)
            assert not future.done()
            export.rollback()
        assert future.result() == []
    assert job_id_index_is_valid()


@pytest.mark.usefixtures("_no_job_id_index")
def test_unfinished_index_is_named_and_made_again_when_the_roles_own_limit_ended_it() -> None:
    with another_connection() as export:
        export.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        export.execute(READ)
        sql("SET lock_timeout = '300ms'")
        with pytest.raises(CommandError, match=r"could not be finished: .*lock timeout\. What is left of it"):
            call_command("init_dlq", stdout=StringIO())
        assert value("SHOW lock_timeout") == "300ms"
    assert not value(f"SELECT indisvalid FROM pg_index WHERE indexrelid = '{JOB_ID}'::regclass")
    assert init_dlq(TABLE) == []
    assert job_id_index_is_valid()


def test_printed_sql_waits_for_no_reader_when_all_is_there() -> None:
    with another_connection() as export:
        export.execute(READ)
        result = psql(init_sql(TABLE))
    assert result.returncode == 0, result.stderr


@pytest.mark.usefixtures("_no_job_id_index")
def test_printed_sql_gives_up_when_somebody_writes() -> None:
    printed = init_sql(TABLE)
    assert printed.index(SET_LIMIT) < printed.index("CREATE TABLE")
    assert printed.rstrip().endswith(RESET_LIMIT)
    with another_connection() as writer:
        writer.execute(WRITE)
        result = psql(printed)
    assert "lock timeout" in result.stderr
    assert psql(printed).returncode == 0
    assert job_id_index_is_valid()


@pytest.fixture
def _partitioned() -> Iterator[None]:
    partition_table()
    add_entries(30, failed_at="timestamptz '2026-03-20 00:00 UTC' - n * interval '3 days'")
    yield
    sql(f"DROP TABLE {T} CASCADE")
    init_dlq(TABLE)


@pytest.mark.usefixtures("_partitioned", "_short_limit")
def test_init_continues_where_it_gave_up_when_somebody_reads_a_partition() -> None:
    # What init_dlq had built when the export began, which has locked all indexes there were.
    index = wanted(TABLE, None)[0]
    concurrent = [text for text in statements_for(TABLE, index, Surroundings.of(TABLE)) if "CONCURRENTLY" in text]
    assert len(concurrent) == 4
    for text in concurrent:
        sql(text)
    built = sql("SELECT oid FROM pg_class WHERE relname LIKE 'idx_of 2026%%_failed_at_id' ORDER BY oid")
    with another_connection() as export, another_connection(autocommit=True) as reader:
        export.execute(READ)
        with pytest.raises(NotMade, match="What was made before stays"):
            init_dlq(TABLE)
        reader.execute("SET lock_timeout = '1s'")
        reader.execute(READ)
    assert len(init_dlq(TABLE)) == 1  # the unique key, which a partitioned table can't have
    assert all(index.is_there for index in advice(TABLE) if index.wanted.kind != "optional")
    assert sql("SELECT oid FROM pg_class WHERE relname LIKE 'idx_of 2026%%_failed_at_id' ORDER BY oid") == built
    assert value(
        "SELECT bool_and(indisvalid) FROM pg_index JOIN pg_class c ON c.oid = indexrelid WHERE relname LIKE 'idx_%%'"
    )


@pytest.mark.usefixtures("_partitioned")
def test_page_prints_the_limit_where_others_would_wait(boss: Client) -> None:
    script = advice(TABLE)[0].sql
    before, limited = script.split(SET_LIMIT)
    assert "ONLY" not in before
    assert "ATTACH" not in before
    assert "CONCURRENTLY" not in limited
    assert limited.endswith(RESET_LIMIT)
    page = get(boss, f"{LIST}indexes/")
    assert SET_LIMIT in page.text
    assert "in one session" in page.text


@pytest.mark.usefixtures("_partitioned")
def test_broken_index_of_a_partition_is_dropped_first() -> None:
    index = wanted(TABLE, None)[0]
    first = next(text for text in statements_for(TABLE, index, Surroundings.of(TABLE)) if "CONCURRENTLY" in text)
    sql(first)
    broken = "'graphile_worker.\"idx_of 2025-12_failed_at_id\"'::regclass"
    sql(f"UPDATE pg_index SET indisvalid = false WHERE indexrelid = {broken}")
    drop, create, *_rest = statements_for(TABLE, index, Surroundings.of(TABLE))
    assert drop == 'DROP INDEX CONCURRENTLY IF EXISTS "graphile_worker"."idx_of 2025-12_failed_at_id";'
    assert create == first
    init_dlq(TABLE)
    assert advice(TABLE)[0].is_there


def test_page_prints_no_limit_when_every_statement_waits_without_being_waited_for(boss: Client) -> None:
    sql(f"UPDATE pg_index SET indisvalid = false WHERE indexrelid = '{JOB_ID}'::regclass")
    try:
        assert "lock_timeout" not in get(boss, f"{LIST}indexes/").text
    finally:
        sql(f"UPDATE pg_index SET indisvalid = true WHERE indexrelid = '{JOB_ID}'::regclass")
