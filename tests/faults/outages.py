"""Ways in which the server lets nobody in, for as long as a block lasts."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager

import psycopg

from tests.faults.site import PASSWORD, ROLE, Server, start

FULL = "connection slots"


@contextmanager
def stopped(server: Server) -> Iterator[None]:
    server.cluster.stop()
    try:
        yield
    finally:
        start(server.cluster)


@contextmanager
def crashed(server: Server) -> Iterator[None]:
    server.cluster.stop("immediate")
    try:
        yield
    finally:
        start(server.cluster)


@contextmanager
def shutting_down(server: Server) -> Iterator[None]:
    """It still has a client to wait for, and lets nobody else in (57P03)."""
    postmaster = int((server.cluster.data / "postmaster.pid").read_text().split()[0])
    try:
        with closing(psycopg.connect(server.cluster.url())):
            server.cut()
            os.kill(postmaster, signal.SIGTERM)
            _until(lambda: _refuses(server, "shutting down"))
            yield
        _until(lambda: not server.cluster.is_running())
    finally:
        start(server.cluster)


@contextmanager
def crowded(server: Server) -> Iterator[None]:
    """Others have taken all connections; the last ones are the superuser's."""
    with ExitStack() as others:
        server.cut()
        _until(lambda: not _taken(server))
        # More than once: a backend that is only ending keeps its slot for a moment.
        while not all(_refuses_more(server) for _time in range(3)):
            if one := _unless_refused(server, FULL):
                others.enter_context(closing(one))
        yield
    _until(lambda: not _taken(server))


@contextmanager
def other_password(server: Server) -> Iterator[None]:
    server.sql(f"ALTER ROLE {ROLE} PASSWORD 'other'")
    server.cut()
    try:
        yield
    finally:
        server.sql(f"ALTER ROLE {ROLE} PASSWORD '{PASSWORD}'")


def _refuses_more(server: Server) -> bool:
    time.sleep(0.05)
    return _refuses(server, FULL)


def _refuses(server: Server, words: str) -> bool:
    try:
        one = _unless_refused(server, words)
    except psycopg.OperationalError:
        return False  # for another reason, for now
    if one:
        one.close()
    return one is None


def _unless_refused(server: Server, words: str) -> psycopg.Connection | None:
    """None where it is refused with these words."""
    try:
        return psycopg.connect(server.url)
    except psycopg.OperationalError as error:
        if words not in str(error):
            raise
    return None


def _taken(server: Server) -> bool:
    return bool(server.sql(f"SELECT 1 FROM pg_stat_activity WHERE usename = '{ROLE}'"))


def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.05)
