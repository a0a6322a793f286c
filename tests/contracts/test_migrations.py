"""The migrations say what the models say."""

from __future__ import annotations

from io import StringIO

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection

from tests.support.database import value


@pytest.mark.django_db
def test_no_migration_is_missing_when_the_models_are_compared() -> None:
    out = StringIO()
    try:
        call_command("makemigrations", "--check", "--dry-run", stdout=out)
    except SystemExit:
        pytest.fail(f"makemigrations would write:\n{out.getvalue()}")


@pytest.mark.django_db
def test_table_is_not_made_by_migrations_when_they_run() -> None:
    """It is its owner's: only init_dlq makes it."""
    out = StringIO()
    call_command("sqlmigrate", "dlq", "0001", stdout=out)
    assert "dlq_bulkoperation" in out.getvalue()
    assert "backfill_dlq" not in out.getvalue()


@pytest.mark.django_db
def test_app_has_only_its_own_tables_when_migrated() -> None:
    own = {name for name in connection.introspection.table_names() if name.startswith("dlq_")}
    assert own == {model._meta.db_table for model in apps.get_app_config("dlq").get_models() if model._meta.managed}
    assert {"dlq_bulkoperation", "dlq_deletedentry", "dlq_operationentry", "dlq_requeue"} <= own
    assert value("SELECT to_regclass('public.backfill_dlq') IS NULL")
