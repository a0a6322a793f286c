"""init_dlq: create the dead letter table and its indexes, or print the SQL that does."""

from __future__ import annotations

import hashlib

from django.db import connection

from dlq.db import scalar
from dlq.sql import statement
from dlq.table import LONGEST_NAME, DlqTable, quoted

INDEXES = (
    "task_identifier",
    "failed_at",
    "queue_name",
    "job_key",
    "job_id",
    "task_identifier_id",
    "failed_at_id",
    "job_key_unique",
)


def index_name(table: DlqTable, suffix: str) -> str:
    """The library's own name for `backfill_dlq`; for another table one of its own, for a long one a shortened one."""
    name = f"idx_{table.name}_{suffix}"
    if len(name.encode()) <= LONGEST_NAME:
        return name
    return f"idx_{hashlib.sha256(table.name.encode()).hexdigest()[:16]}_{suffix}"


def init_sql(table: DlqTable) -> str:
    """The statements, each ended by a semicolon, for psql or a migration tool."""
    indexes = {f"index_{suffix}": quoted(index_name(table, suffix)) for suffix in INDEXES}
    return statement("init/create", table, **indexes).replace("%%", "%")


def create_schema_sql(table: DlqTable) -> str:
    return f"CREATE SCHEMA IF NOT EXISTS {table.names['schema']};".replace("%%", "%")


def init_dlq(table: DlqTable) -> list[str]:
    """Create what is missing. Returns what could not be made, a sentence each.

    On a table that exists the indexes are built CONCURRENTLY (outside a transaction), so that nobody's writes wait.
    """
    schema_exists = scalar("SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = %(name)s)", {"name": table.schema})
    existed = scalar("SELECT to_regclass(%(table)s) IS NOT NULL", {"table": table.regclass})
    concurrently = existed and not connection.in_atomic_block
    left_out = []
    statements = [part.strip() for part in init_sql(table).split(";\n")]
    with connection.cursor() as cursor:
        if not schema_exists:
            cursor.execute(create_schema_sql(table))
        for text in filter(None, statements):
            if "UNIQUE INDEX" in text and _has_shared_keys(table):
                left_out.append("The unique index on job_key was left out: two or more entries share a key.")
                continue
            cursor.execute(text.replace(" INDEX IF", " INDEX CONCURRENTLY IF") if concurrently else text)
    return left_out


def _has_shared_keys(table: DlqTable) -> bool:
    shared = f"SELECT FROM {table.names['table']} WHERE job_key IS NOT NULL GROUP BY job_key HAVING count(*) > 1"
    return bool(scalar(f"SELECT EXISTS ({shared})"))
