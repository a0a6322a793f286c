"""The database is away, refuses everybody, takes no changes or is full: pages say so, and work again at the next request."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager

import psycopg
import pytest

from tests.faults.pages import around, broken, pages, works
from tests.faults.site import PASSWORD, ROLE, Server, Site, start, web_site

AWAY = "does not answer: it is stopped, restarting, or out of reach"


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
        while not _refuses(server, "connection slots"):
            others.enter_context(closing(psycopg.connect(server.url)))
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


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (stopped, AWAY),
        (crashed, AWAY),
        (shutting_down, AWAY),
        (crowded, "has no free connection"),
        (other_password, "does not let this application in: its password, role or database name is refused"),
    ],
)
def test_each_page_says_so_and_works_at_the_next_request_when_nobody_is_let_in(
    server: Server, site: Site, fault: Callable[[Server], contextmanager[None]], sentence: str
) -> None:
    asked = [*pages(site), *around(site)]
    with fault(server):
        # The log-in page asks nothing of the database: it is what somebody sees who was not logged in.
        assert broken(site, asked, sentence) >= {page.name for page in asked} - {"log-in"}
    works(site)


def test_a_page_works_at_the_first_request_when_its_connection_was_lost_in_between(server: Server, site: Site) -> None:
    assert site.open("/admin/").status == 200
    with stopped(server):
        pass
    works(site)


def test_pages_can_be_read_when_nothing_can_be_changed(server: Server, site: Site) -> None:
    server.sql(f"ALTER ROLE {ROLE} SET default_transaction_read_only = on")
    server.cut()
    try:
        kept_away = broken(site, [*pages(site), *around(site)], "takes no changes at present: it is read-only")
        assert kept_away == {"requeue"}
    finally:
        server.sql(f"ALTER ROLE {ROLE} RESET default_transaction_read_only")
        server.cut()
    works(site)


def test_a_page_does_not_wait_for_ever_when_the_server_says_nothing(server: Server) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"postgresql://{ROLE}:x@127.0.0.1:{silent.getsockname()[1]}/postgres"
        with web_site(server, url) as site:
            assert broken(site, pages(site)[:1], AWAY) == {"list"}


def _refuses(server: Server, words: str) -> bool:
    try:
        psycopg.connect(server.url).close()
    except psycopg.OperationalError as error:
        return words in str(error)
    return False


def _taken(server: Server) -> bool:
    return bool(server.sql(f"SELECT FROM pg_stat_activity WHERE usename = '{ROLE}'"))


def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.05)
