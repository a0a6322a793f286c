"""Limits on the time that statements take, and what is raised where one is reached."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from django.db import OperationalError, transaction
from psycopg.errors import QueryCanceled

from dlq.conf import conf
from dlq.db.session import settings_for_block

T = TypeVar("T")


class TimedOut(OperationalError):
    """A statement was cancelled because it took longer than it may."""


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """A transaction whose statements are each cancelled after so many seconds. Raises TimedOut then.

    The setting is local to the transaction, so that it is safe behind a pooler, and put back at the end, because in a
    nested transaction it would otherwise outlive the block.
    """
    try:
        with transaction.atomic(), settings_for_block(statement_timeout=f"{max(int(seconds * 1000), 1)}ms"):
            yield
    except OperationalError as error:
        if isinstance(error, TimedOut) or not isinstance(error.__cause__, QueryCanceled):
            raise
        raise TimedOut(*error.args) from error.__cause__


def in_time(seconds: float, read: Callable[[], T]) -> T | None:
    """What `read` returns, if each of its statements takes at most so many seconds; None if one had to be cancelled.

    Never more than a page's query may take.
    """
    try:
        with time_limit(min(seconds, conf.STATEMENT_TIMEOUT)):
            return read()
    except TimedOut:
        return None
