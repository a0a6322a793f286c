"""Ends a query whose answer nobody waits for any more."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

INTERVAL = 1.0
"""Seconds between two looks."""


@contextmanager
def watching(connection: psycopg.Connection[Any], gone: Callable[[], bool] | None) -> Iterator[None]:
    """While the block runs: as soon as `gone` says so, cancel what the connection executes.

    While rows flow, writing to a client that has gone fails. While the database still looks for the first row there is
    nothing to write.
    """
    if gone is None:
        yield
        return
    over = threading.Event()

    def watch() -> None:
        while not over.wait(INTERVAL):
            if gone():
                connection.cancel_safe()
                return

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()
