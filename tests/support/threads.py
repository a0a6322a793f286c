"""Several drivers at once: threads, each with a database connection of its own, that start together."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

from django.db import connection

from tests.support.database import another_connection

T = TypeVar("T")
PATIENCE = 30.0
"""Seconds: never reached, only there so that a hanging test ends."""


def at_once(*tasks: Callable[[], T]) -> list[T]:
    """Run all tasks at the same time and return their results; raises what one of them raised."""
    start = threading.Barrier(len(tasks), timeout=PATIENCE)

    def run(task: Callable[[], T]) -> T:
        start.wait()
        try:
            return task()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(tasks)) as pool:
        return [future.result(PATIENCE) for future in [pool.submit(run, task) for task in tasks]]


@contextmanager
def beside(task: Callable[[], T]) -> Iterator[Future[T]]:
    """Run the task in a thread while the block runs; its result is there after the block."""

    def run() -> T:
        try:
            return task()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        yield pool.submit(run)


def wait_until_blocked(future: Future[Any]) -> None:
    """Until some statement in this database waits for a lock that another one holds."""
    deadline = time.monotonic() + PATIENCE
    waiting = (
        "SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid)"
        " WHERE NOT granted AND datname = current_database()"  # the server has other tests' databases, too
    )
    with another_connection(autocommit=True) as observer:
        while not observer.execute(waiting).fetchone()[0]:  # type: ignore[index]
            assert not future.done(), f"it did not wait for a lock: {future.result()}"
            assert time.monotonic() < deadline, "nothing came to wait for a lock"
            time.sleep(0.01)
