"""Requeue as the backfill library does it: an entry at a time, each statement its own round trip and its own commit."""

from __future__ import annotations

from collections.abc import Sequence

import psycopg
from django.db import connection
from psycopg.rows import dict_row
from psycopg.types.json import Json

from dlq.models.backfilldlq import TABLE

SELECT = f"SELECT * FROM {TABLE.db_table} WHERE id = %s"
ADD = f"""
    SELECT * FROM {TABLE.names["schema"]}.add_job(
        %s, %s::json, nullif(%s, ''), now(), %s::int, %s, %s::int, NULL::text[], 'replace')
"""
UPDATE = f"""
    UPDATE {TABLE.db_table} SET requeued_count = requeued_count + 1, last_requeued_at = now(), notes = %s WHERE id = %s
"""


def requeue_one_by_one(ids: Sequence[int]) -> None:
    """On a bare psycopg connection with prepared statements: nothing of Django slows it down."""
    with psycopg.connect(**connection.get_connection_params() | _PLAIN, autocommit=True) as plain:
        plain.prepare_threshold = 1
        for entry in ids:
            _requeue(plain, entry)


_PLAIN = {"cursor_factory": psycopg.Cursor, "context": None, "row_factory": dict_row}


def _requeue(plain: psycopg.Connection[dict[str, object]], entry: int) -> None:
    row = plain.execute(SELECT, [entry]).fetchone()
    if row is None:
        raise AssertionError(f"entry {entry} is gone")
    job = [row[name] for name in ("task_identifier", "payload", "queue_name", "max_attempts", "job_key", "priority")]
    job[1] = Json(job[1])
    plain.execute(ADD, job)
    plain.execute(UPDATE, ["requeued by the benchmark", entry])
