"""Statements whose rows somebody reads as they come: for as long as they are read, and a few at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import psycopg

from dlq.db.admission import admit
from dlq.db.database import atomic, connection
from dlq.db.limits import LOCK_SECONDS

MOST_AT_ONCE = 4
"""On all web processes together. Each keeps a thread of a web server busy as long as somebody reads."""
INTERVAL = 1.0
"""Seconds between two looks at the reader."""
STALLED_SECONDS = 30.0
"""So long a reader may take nothing. Then the statement is cancelled, and the file ends with words that say so …"""
CUT_SECONDS = 5.0
"""… if the reader takes them within so many seconds; else the connection is cut."""


class Reader(Protocol):
    """Who reads."""

    @property
    def has_gone(self) -> bool:
        """Whether nobody waits for the answer any more."""
        ...

    @property
    def waiting_since(self) -> float | None:
        """By time.monotonic: since when the last rows have not been taken; None while we look for more."""
        ...

    def cut(self) -> None:
        """Close the connection to the reader."""
        ...


@contextmanager
def streaming(reader: Reader | None, *, name: str = "") -> Iterator[psycopg.Connection[Any]]:
    """A transaction without a time limit, but for locks, whose statements end when the reader goes or stalls.

    `name` is what PostgreSQL's list of activities calls it. Raises Busy where too many are read already. Gives psycopg's
    connection.
    """
    with atomic(), connection.cursor() as cursor:
        admit("stream", MOST_AT_ONCE)
        # Each setting is the transaction's own, so that it is safe behind a pooler.
        cursor.execute(
            "SELECT set_config('statement_timeout', '0', true), set_config('lock_timeout', %s, true),"
            " set_config('application_name', coalesce(nullif(%s, ''), current_setting('application_name')), true)",
            [f"{LOCK_SECONDS}s", name],
        )
        raw: psycopg.Connection[Any] = connection.connection
        with _watching(raw, reader):
            yield raw


@contextmanager
def _watching(raw: psycopg.Connection[Any], reader: Reader | None) -> Iterator[None]:
    """While rows flow, writing to a reader that has gone fails by itself; not before the first one, nor where none is taken."""
    if reader is None:
        yield
        return
    over = threading.Event()

    def watch() -> None:
        while not over.wait(INTERVAL):
            stalled = _is_stalled(reader, STALLED_SECONDS)
            if not (stalled or reader.has_gone):
                continue
            raw.cancel_safe()
            if stalled and not over.wait(CUT_SECONDS) and _is_stalled(reader, CUT_SECONDS):
                reader.cut()
            return

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()


def _is_stalled(reader: Reader, seconds: float) -> bool:
    since = reader.waiting_since
    return since is not None and time.monotonic() - since > seconds
