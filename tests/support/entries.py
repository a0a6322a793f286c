"""Entries of the dead letter table, made and read by plain SQL."""

from __future__ import annotations

import json
from typing import Any

from dlq.table.location import TABLE
from tests.support.database import sql, value

JSON_COLUMNS = ("payload", "last_error", "custom_metadata")
DEFAULTS: dict[str, Any] = {
    "task_identifier": "send_email",
    "payload": '{"customer_id": 42}',
    "queue_name": "",
    "max_attempts": 5,
    "failure_reason": "Job exceeded maximum retry attempts (5/5)",
    "failure_count": 5,
    "last_error": '"Connection refused"',
}
"""Of an entry that can be requeued and has no key."""


def add_entry(**columns: Any) -> int:
    """Insert one entry and return its id. A text for a JSON column is JSON text, kept as it is written."""
    row = {name: _as_json_text(name, given) for name, given in {**DEFAULTS, **columns}.items()}
    names = ", ".join(f'"{_column(name)}"' for name in row)
    marks = ", ".join("%s" for _ in row)
    identity: int = value(f"INSERT INTO {TABLE.regclass} ({names}) VALUES ({marks}) RETURNING id", *row.values())
    return identity


def add_entries(count: int, **columns: str) -> list[int]:
    """Insert many in one statement. Each column is an SQL expression, in which `n` counts from 1.

    Returns the ids in order of n.
    """
    expressions = {
        "task_identifier": "'send_email'",
        "payload": "jsonb_build_object('n', n)",
        "queue_name": "''",
        "max_attempts": "5",
        "failure_reason": "'Job exceeded maximum retry attempts (5/5)'",
        "failed_at": "now() - n * interval '1 second'",
        **columns,
    }
    names = ", ".join(_column(name) for name in expressions)
    found = sql(
        f"INSERT INTO {TABLE.regclass} ({names}) SELECT {', '.join(expressions.values())}"
        f" FROM generate_series(1, {count}) AS n ORDER BY n RETURNING id"
    )
    return [identity for (identity,) in found]


def row_of(entry: int) -> dict[str, Any]:
    """The entry's row as PostgreSQL prints it, each column as text; empty if it is gone."""
    found = sql(f"SELECT row_to_json(t)::text FROM {TABLE.regclass} t WHERE id = %s", entry)
    return dict(json.loads(found[0][0], parse_float=str)) if found else {}


def text_of(entry: int) -> str | None:
    """The whole row in one text that tells SQL NULL from JSON null, and 10.00 from 10.0."""
    found = sql(f"SELECT t::text FROM {TABLE.regclass} t WHERE id = %s", entry)
    return str(found[0][0]) if found else None


def cell(entry: int, column: str) -> Any:
    return value(f'SELECT "{_column(column)}" FROM {TABLE.regclass} WHERE id = %s', entry)


def ids() -> list[int]:
    return [identity for (identity,) in sql(f"SELECT id FROM {TABLE.regclass} ORDER BY id")]


def drop_unique_key_index() -> None:
    """Makes it a table of the other kind in the field: one in which entries may share a key."""
    sql(f"DROP INDEX {TABLE.names['schema']}.idx_backfill_dlq_job_key_unique")


def _column(name: str) -> str:
    return TABLE.job_id_column if name == "original_job_id" else name


def _as_json_text(name: str, given: Any) -> Any:
    return json.dumps(given) if name in JSON_COLUMNS and not isinstance(given, str | None) else given
