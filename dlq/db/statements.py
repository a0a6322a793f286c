"""Execute a statement and fetch what it returns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from dlq.db.database import connection


def rows(query: str, parameters: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
    """Execute and fetch everything."""
    with connection.cursor() as cursor:
        cursor.execute(query, parameters or {})
        return list(cursor.fetchall())


def dicts(query: str, parameters: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
    """Execute and fetch everything, each row by column name."""
    with connection.cursor() as cursor:
        cursor.execute(query, parameters or {})
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def scalar(query: str, parameters: Mapping[str, Any] | None = None) -> Any:
    """Execute and fetch the only value."""
    return rows(query, parameters)[0][0]


def execute(query: str, parameters: Mapping[str, Any] | None = None) -> int:
    """Execute and return the number of rows affected."""
    with connection.cursor() as cursor:
        cursor.execute(query, parameters or {})
        return int(cursor.rowcount)


def array(numbers: Iterable[int]) -> str:
    """Numbers as PostgreSQL writes an array of them, for lists of a thousand: psycopg would adapt each by itself."""
    return f"{{{','.join(map(str, numbers))}}}"


def database_now() -> datetime:
    """The database's clock, which also sets failed_at; the web server's may differ."""
    moment: datetime = scalar("SELECT now()")
    return moment
