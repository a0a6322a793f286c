"""The database is away, refuses everybody, takes no changes or is full: pages say so, and work again at the next request."""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from tests.faults.outages import crashed, crowded, other_password, shutting_down, stopped
from tests.faults.pages import around, broken, pages, works
from tests.faults.site import ROLE, Server, Site, web_site

AWAY = "does not answer: it is stopped, restarting, or out of reach"


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
    server: Server, site: Site, fault: Callable[[Server], AbstractContextManager[None]], sentence: str
) -> None:
    asked = [*pages(site), *around(site)]
    with fault(server):
        # The log-in page asks nothing of the database: it is what somebody sees who was not logged in.
        assert broken(site, asked, sentence) >= {page.name for page in asked} - {"log-in"}
    works(site)


def test_a_page_works_at_the_first_request_when_its_connection_was_lost_in_between(server: Server, site: Site) -> None:
    assert site.open("/admin/dlq/").status == 200
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
