"""Small ways to the database that Django does not have."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, TypeVar

from django.db import OperationalError, connection, transaction
from psycopg.errors import QueryCanceled

from dlq.conf import conf

T = TypeVar("T")


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
    """Execute and return the number of rows concerned."""
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


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """A transaction whose statements are each cancelled after so many seconds (OperationalError from QueryCanceled).

    The setting is local to the transaction, so that it is safe behind a pooler, and put back at the end, because in a
    nested transaction it would otherwise outlive the block.
    """
    with transaction.atomic(), settings_for_block(statement_timeout=f"{max(int(seconds * 1000), 1)}ms"):
        yield


def in_time(seconds: float, read: Callable[[], T]) -> T | None:
    """What `read` returns, if each of its statements takes at most so many seconds; None if one had to be cancelled.

    Never more than a page's query may take.
    """
    try:
        with time_limit(min(seconds, conf.STATEMENT_TIMEOUT)):
            return read()
    except OperationalError as error:
        if not isinstance(error.__cause__, QueryCanceled):
            raise
        return None


@contextmanager
def settings_for_block(**settings: str) -> Iterator[None]:
    """Some of PostgreSQL's settings for the statements of the block, put back at its end. Within a transaction.

    Where a statement fails, the transaction (or savepoint) that is undone takes the settings with it.
    """
    names = list(settings)
    (before,) = rows(
        f"SELECT {', '.join(f'current_setting(%({name})s)' for name in names)}", {name: name for name in names}
    )
    _set(settings)
    yield
    _set(dict(zip(names, before, strict=True)))


def _set(settings: Mapping[str, str]) -> None:
    """Each until the transaction ends."""
    parameters = {f"{name}_is": value for name, value in settings.items()} | {name: name for name in settings}
    rows(f"SELECT {', '.join(f'set_config(%({name})s, %({name}_is)s, true)' for name in settings)}", parameters)
