"""The database of the queue, the table and the app's own tables: DLQ_DATABASE, whatever the project's default is.

Everything in `dlq` asks through here; models go the same way by `dlq.db.router`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.db import connections, transaction
from django.utils.connection import ConnectionProxy

from dlq.conf import conf

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

    _Proxy = ConnectionProxy[BaseDatabaseWrapper]
else:
    _Proxy = ConnectionProxy


class _Connection(_Proxy):
    """As Django's `connection` is the default one."""

    def __init__(self) -> None:
        super().__init__(connections, "")

    @property
    def _alias(self) -> str:
        return alias()


def alias() -> str:
    return conf.DATABASE


def database_problem() -> str | None:
    """Why the queue can't be there, in one sentence; None if it can."""
    if alias() not in connections.settings:
        return f"DLQ_DATABASE is {alias()!r}, which DATABASES does not have."
    if connection.vendor != "postgresql":
        return f"The queue is in PostgreSQL, and the database {alias()!r} is {connection.display_name}."
    return None


def atomic() -> transaction.Atomic:
    """A transaction, or within one a savepoint."""
    return transaction.Atomic(alias(), savepoint=True, durable=False)


connection = cast("BaseDatabaseWrapper", _Connection())
