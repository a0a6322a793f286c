"""Limits on the time that statements take and that they wait for others, and what is raised where one is reached."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from django.db import OperationalError
from psycopg.errors import LockNotAvailable, QueryCanceled

from dlq.conf import conf
from dlq.db.database import atomic, connection
from dlq.db.session import settings_for_block

T = TypeVar("T")

GRACE = 0.5
"""Seconds that the statements of a page may take together beyond what one alone may: for what has to be said of that one."""
TOLERANCE = 0.8
"""The statement timeout is set anew when less than this part of it is left: to set it for each statement costs a round trip."""
SAVEPOINTS = ("SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO SAVEPOINT")
LOCK_SECONDS = 3.0
"""How long a write waits for a row that somebody else is changing, and a file for a table that somebody holds."""


class TimedOut(OperationalError):
    """A statement was cancelled, or not begun, because the time for it was spent."""


class Locked(OperationalError):
    """Somebody else held what was to be written for longer than we wait."""


class _Deadline:
    """A wrapper of all statements of a block, by which each gets what is left of the time for them together."""

    def __init__(self, seconds: float, together: float) -> None:
        self.end = time.monotonic() + together
        self.seconds = self.allowed = seconds
        """What PostgreSQL was told last."""

    @property
    def left(self) -> float:
        return self.end - time.monotonic()

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        # What undoes a savepoint must run in any case, and takes no time.
        if sql.startswith(SAVEPOINTS):
            return execute(sql, params, many, context)
        left = self.left
        if left <= 0:
            raise TimedOut("the time for all statements together is spent")
        if left < self.allowed * TOLERANCE:
            self.allowed = min(left, self.seconds)
            with context["connection"].wrap_database_errors:
                context["connection"].connection.execute(
                    f"SET LOCAL statement_timeout = '{_milliseconds(self.allowed)}'"
                )
        return execute(sql, params, many, context)


@contextmanager
def time_limit(seconds: float, *, grace: float = 0.0) -> Iterator[None]:
    """A transaction in which each statement may take so many seconds, and all together only `grace` more. Raises TimedOut.

    Within another such block it gets no more than is left of that. The setting is local to the transaction, so that it is
    safe behind a pooler, and put back at the end, because in a nested transaction it would otherwise outlive the block.
    """
    around = [wrapper for wrapper in connection.execute_wrappers if isinstance(wrapper, _Deadline)]
    seconds = min([seconds, *(outer.left for outer in around)])
    deadline = _Deadline(seconds, seconds + grace)
    try:
        with (
            atomic(),
            settings_for_block(statement_timeout=_milliseconds(seconds)),
            connection.execute_wrapper(deadline),
        ):
            yield
    except OperationalError as error:
        if isinstance(error, TimedOut) or not isinstance(error.__cause__, QueryCanceled):
            raise
        raise TimedOut(*error.args) from error.__cause__
    finally:
        for outer in around:
            # What PostgreSQL was told before this block holds again, which may be more than is left.
            outer.allowed = math.inf


def in_time(seconds: float, read: Callable[[], T]) -> T | None:
    """What `read` returns, if its statements take at most so many seconds; None if one had to be cancelled.

    Never more than a page's query may take.
    """
    try:
        with time_limit(min(seconds, conf.STATEMENT_TIMEOUT)):
            return read()
    except TimedOut:
        return None


@contextmanager
def lock_limit(seconds: float = LOCK_SECONDS) -> Iterator[None]:
    """A transaction for a write, which waits for others' locks for so many seconds at most. Raises Locked."""
    try:
        with atomic(), settings_for_block(lock_timeout=_milliseconds(seconds)):
            yield
    except OperationalError as error:
        if isinstance(error, Locked) or not isinstance(error.__cause__, LockNotAvailable):
            raise
        raise Locked(*error.args) from error.__cause__


def _milliseconds(seconds: float) -> str:
    return f"{max(int(seconds * 1000), 1)}ms"
