"""init_dlq makes the library's table in any schema, again and again without harm, or prints the SQL that does."""

from __future__ import annotations

from dataclasses import replace
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from dlq import client
from dlq.models import BackfillDlq
from dlq.table.columns import table_columns
from dlq.table.indexes import table_state
from dlq.table.init import create_schema_sql, init_dlq, init_sql
from dlq.table.location import TABLE, DlqTable
from tests.support.database import psql, sql, value
from tests.support.entries import add_entry, drop_unique_key_index, text_of

ODD_SCHEMA = 'o"dd %s {table} sch'
LIBRARY_INDEXES = {
    "idx_backfill_dlq_task_identifier",
    "idx_backfill_dlq_failed_at",
    "idx_backfill_dlq_queue_name",
    "idx_backfill_dlq_job_key",
    "idx_backfill_dlq_job_key_unique",
}


def shape(table: DlqTable) -> set[tuple[str, str, bool]]:
    return {(column.name, column.type_name, column.not_null) for column in table_columns(table)}


def indexes(table: DlqTable) -> set[str]:
    return {
        name
        for (name,) in sql(
            "SELECT indexname::text FROM pg_indexes WHERE schemaname = %s AND tablename = %s", table.schema, table.name
        )
    }


@pytest.mark.django_db
def test_table_has_the_librarys_columns_when_made() -> None:
    assert shape(TABLE) == {
        ("id", "bigint", True),
        ("original_job_id", "bigint", False),
        ("task_identifier", "character varying(200)", True),
        ("payload", "jsonb", True),
        ("queue_name", "character varying(100)", True),
        ("priority", "integer", True),
        ("job_key", "character varying(200)", False),
        ("max_attempts", "integer", False),
        ("failure_reason", "text", True),
        ("failure_count", "integer", True),
        ("last_error", "jsonb", False),
        ("original_created_at", "timestamp with time zone", False),
        ("original_run_at", "timestamp with time zone", False),
        ("failed_at", "timestamp with time zone", True),
        ("requeued_count", "integer", True),
        ("last_requeued_at", "timestamp with time zone", False),
        ("notes", "text", False),
        ("created_by", "text", False),
    }


@pytest.mark.django_db
def test_model_agrees_with_the_table_when_both_are_read() -> None:
    described = {column.name: column.type_name for column in table_columns(TABLE)}
    from django.db import connection

    for field in BackfillDlq._meta.concrete_fields:
        expected = (field.db_type(connection) or "").replace("varchar", "character varying")
        assert described[str(field.column)].startswith(expected)
        assert field.null == (str(field.column) not in {c.name for c in table_columns(TABLE) if c.not_null})


@pytest.mark.django_db
def test_defaults_are_the_librarys_when_a_column_is_left_out() -> None:
    sql(f"INSERT INTO {TABLE.regclass} (task_identifier, payload, failure_reason) VALUES ('t', 'null', 'r')")
    entry = BackfillDlq.objects.get()
    assert (entry.queue_name, entry.priority, entry.failure_count, entry.requeued_count) == ("default", 0, 1, 0)
    assert entry.failed_at is not None
    assert entry.last_requeued_at is None


@pytest.mark.django_db
def test_indexes_are_the_librarys_and_ours_when_made() -> None:
    made = indexes(TABLE)
    assert made >= LIBRARY_INDEXES
    definitions = " ".join(text for (text,) in sql("SELECT indexdef FROM pg_indexes WHERE tablename = 'backfill_dlq'"))
    assert "(original_job_id)" in definitions
    assert "(failed_at, id) INCLUDE (task_identifier, queue_name, failure_count)" in definitions


@pytest.mark.django_db
def test_nothing_changes_when_run_again() -> None:
    entry = add_entry(job_key="k", notes="mine")
    before = shape(TABLE), indexes(TABLE), text_of(entry)
    assert init_dlq(TABLE) == []
    assert client.init_dlq() == []
    assert (shape(TABLE), indexes(TABLE), text_of(entry)) == before


@pytest.mark.django_db(transaction=True)
def test_indexes_are_made_again_when_some_are_missing_on_a_table_in_use() -> None:
    drop_unique_key_index()
    sql(f"DROP INDEX {TABLE.names['schema']}.idx_backfill_dlq_job_id")
    add_entry(job_key="k")
    assert init_dlq(TABLE) == []
    assert indexes(TABLE) >= {"idx_backfill_dlq_job_key_unique", "idx_backfill_dlq_job_id"}
    assert value("SELECT bool_and(indisvalid) FROM pg_index WHERE indrelid = %s::regclass", TABLE.regclass)


@pytest.mark.django_db
def test_unique_index_is_left_out_when_entries_share_a_key() -> None:
    drop_unique_key_index()
    add_entry(job_key="same")
    add_entry(job_key="same")
    (sentence,) = init_dlq(TABLE)
    assert "unique index" in sentence
    assert "share a key" in sentence
    assert "idx_backfill_dlq_job_key_unique" not in indexes(TABLE)


@pytest.mark.django_db
def test_unique_index_is_made_when_only_null_keys_repeat() -> None:
    drop_unique_key_index()
    add_entry(job_key=None)
    add_entry(job_key=None)
    assert init_dlq(TABLE) == []
    assert "idx_backfill_dlq_job_key_unique" in indexes(TABLE)


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["DEFERRABLE", "DEFERRABLE INITIALLY DEFERRED"])
def test_unique_index_is_left_out_when_a_deferrable_constraint_is_on_the_key(kind: str) -> None:
    drop_unique_key_index()
    sql(f"ALTER TABLE {TABLE.regclass} ADD CONSTRAINT owners UNIQUE (job_key) {kind}")
    before = indexes(TABLE)
    (sentence,) = init_dlq(TABLE)
    assert "deferrable" in sentence
    assert indexes(TABLE) == before


@pytest.mark.django_db
@pytest.mark.parametrize(
    "definition",
    ["(job_key, id)", "(lower(job_key))", "(job_key) WHERE queue_name = 'mail'", "(job_key) WHERE job_key <> ''"],
)
def test_unique_index_is_made_when_the_owners_does_not_keep_every_key_unique(definition: str) -> None:
    drop_unique_key_index()
    sql(f"CREATE UNIQUE INDEX owners ON {TABLE.regclass} {definition}")
    assert not table_state(TABLE).has_unique_key
    assert init_dlq(TABLE) == []
    assert table_state(TABLE).has_unique_key


@pytest.mark.django_db
@pytest.mark.parametrize("definition", ["(job_key)", "(job_key) INCLUDE (id)", "(job_key) NULLS NOT DISTINCT"])
def test_unique_index_is_not_made_again_when_the_owners_does_the_same(definition: str) -> None:
    drop_unique_key_index()
    sql(f"CREATE UNIQUE INDEX owners ON {TABLE.regclass} {definition}")
    assert init_dlq(TABLE) == []
    assert "idx_backfill_dlq_job_key_unique" not in indexes(TABLE)


@pytest.mark.django_db
@pytest.mark.parametrize("schema", [ODD_SCHEMA, "Grün", "select", "a.b", "x" * 63, "it's"])
def test_table_is_made_in_the_schema_when_its_name_is_odd(schema: str) -> None:
    table = replace(TABLE, schema=schema)
    assert init_dlq(table) == []
    assert init_dlq(table) == []
    assert shape(table) == shape(TABLE)


@pytest.mark.django_db
def test_job_id_column_has_its_own_name_when_configured() -> None:
    table = replace(TABLE, schema="other", job_id_column='job "id" %')
    init_dlq(table)
    names = {column.name for column in table_columns(table)}
    assert 'job "id" %' in names
    assert "original_job_id" not in names


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["my_dead_jobs", "t" * 63, 'ta"ble {schema} %'])
def test_index_names_are_whole_when_the_table_is_another(name: str) -> None:
    table = replace(TABLE, schema="other", name=name)
    init_dlq(table)
    made = indexes(table)
    assert len(made) == 10  # the primary key's and nine of ours: none was cut into another's name
    assert all(len(index.encode()) <= 63 for index in made)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("schema", [ODD_SCHEMA, "plain"])
def test_printed_sql_makes_the_table_when_psql_runs_it_twice(schema: str) -> None:
    table = replace(TABLE, schema=schema)
    out = StringIO()
    call_command("init_dlq", "--schema", schema, "--print-sql", stdout=out)
    assert out.getvalue() == f"{create_schema_sql(table)}\n\n{init_sql(table)}"
    try:
        for _time in range(2):
            result = psql(out.getvalue())
            assert result.returncode == 0, result.stderr
        assert shape(table) == shape(TABLE)
    finally:
        sql(f"DROP SCHEMA IF EXISTS {table.names['schema'].replace('%%', '%')} CASCADE")


@pytest.mark.django_db
def test_nothing_is_made_when_the_sql_is_only_printed() -> None:
    call_command("init_dlq", "--schema", "only_printed", "--print-sql", stdout=StringIO())
    assert value("SELECT to_regnamespace('only_printed') IS NULL")


@pytest.mark.django_db
def test_command_makes_the_table_when_a_schema_is_named() -> None:
    out = StringIO()
    call_command("init_dlq", "--schema", "second", stdout=out)
    assert out.getvalue().strip() == '"second"."backfill_dlq" is ready.'
    assert shape(replace(TABLE, schema="second")) == shape(TABLE)


@pytest.mark.django_db
@pytest.mark.parametrize("schema", ["", "x" * 64, "ü" * 32, "nul\x00"])
def test_command_refuses_the_schema_when_it_can_be_no_name(schema: str) -> None:
    with pytest.raises(CommandError, match=r"empty|longer"):
        call_command("init_dlq", "--schema", schema, stdout=StringIO())
