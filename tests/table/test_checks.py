"""The system checks find what is wrong with settings, table and queue."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.checks import run_checks
from django.db import connection
from django.test import Client
from pytest_django import Settings

from tests.support.database import sql

pytestmark = pytest.mark.django_db

TABLE = "graphile_worker.backfill_dlq"


def found() -> set[str]:
    messages = run_checks(databases=["default"])
    return {str(message.id) for message in messages if str(message.id).startswith("dlq.")}


def test_checks_are_silent_on_a_table_that_init_dlq_made() -> None:
    assert found() == set()


@pytest.mark.parametrize(
    ("setting", "value", "check"),
    [
        ("DLQ_CHUNK_SIZE", 0, "dlq.E002"),
        ("DLQ_STATEMENT_TIMEOUT", "5", "dlq.E002"),
        ("DLQ_KEEP_DAYS", 0, "dlq.E002"),
        ("DLQ_EXTRA_COLUMNS", "tenant_id", "dlq.E003"),
        ("DLQ_EXTRA_COLUMNS", ["no_such_column"], "dlq.E013"),
        ("DLQ_DATABASE", "nowhere", "dlq.E006"),
        ("USE_TZ", False, "dlq.E009"),
    ],
)
def test_checks_name_the_setting_when_it_is_wrong(settings: Settings, setting: str, value: object, check: str) -> None:
    setattr(settings, setting, value)
    assert check in found()


@pytest.mark.parametrize(
    ("change", "check"),
    [
        (f"ALTER TABLE {TABLE} RENAME COLUMN original_job_id TO job_id", "dlq.E011"),
        (f"ALTER TABLE {TABLE} ALTER COLUMN payload TYPE json", "dlq.E012"),
        (f"ALTER TABLE {TABLE} RENAME TO elsewhere", "dlq.W001"),
        ("ALTER TABLE graphile_worker._private_jobs RENAME TO _elsewhere", "dlq.W002"),
        ("DROP INDEX graphile_worker.idx_backfill_dlq_queue_name", "dlq.W004"),
        ("DROP INDEX graphile_worker.idx_backfill_dlq_job_key_unique", "dlq.W005"),
    ],
)
def test_checks_find_the_difference_when_the_table_is_another(change: str, check: str) -> None:
    sql(change)
    assert found() == {check}


def test_checks_refuse_an_extra_column_when_it_can_not_be_compared(settings: Settings) -> None:
    sql(f"ALTER TABLE {TABLE} ADD COLUMN place point, ADD COLUMN tenant text, ADD COLUMN extra json")
    settings.DLQ_EXTRA_COLUMNS = ["place", "tenant", "extra"]
    assert found() == {"dlq.E014"}


def test_checks_warn_when_row_level_security_hides_the_queue() -> None:
    sql("CREATE ROLE somebody_else")
    sql("GRANT USAGE ON SCHEMA graphile_worker TO somebody_else")
    sql("GRANT SELECT ON ALL TABLES IN SCHEMA graphile_worker TO somebody_else")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE somebody_else")
        checks = found()
        cursor.execute("RESET ROLE")
    assert checks == {"dlq.W003", "dlq.W006", "dlq.W009"}


def test_list_shows_and_filters_by_extra_columns_when_named(
    boss: Client, entry: Callable[..., int], settings: Settings
) -> None:
    sql(f"ALTER TABLE {TABLE} ADD COLUMN tenant_id text")
    settings.DLQ_EXTRA_COLUMNS = ["tenant_id", "not_there"]
    entry(tenant_id="acme", task_identifier="for_acme")
    entry(tenant_id="globex", task_identifier="for_globex")
    page = boss.get("/admin/dlq/backfilldlq/", {"tenant_id": "acme"}).content.decode()
    assert "tenant_id:</span> acme</td>" in page
    assert "for_globex</a>" not in page


def test_statement_cures_it_when_keys_are_not_unique() -> None:
    sql("DROP INDEX graphile_worker.idx_backfill_dlq_job_key_unique")
    (warning,) = [message for message in run_checks(databases=["default"]) if message.id == "dlq.W005"]
    statement = str(warning.hint)[str(warning.hint).index("CREATE UNIQUE INDEX") :]
    sql(statement.replace(" CONCURRENTLY", ""))  # which no transaction takes, and a test is one
    assert found() == set()
