"""How long a page takes at most: behind a lock of the table, and for a search that no index answers."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from bench.crowd import SEARCH
from bench.figures import Figure, milliseconds
from bench.viewers import pages_of
from bench.visitor import LIST
from bench.web import Browser, web_server
from dlq.conf import conf
from dlq.table.location import TABLE

MORE = 1.0
"""Seconds beyond the statement timeout: the statements of a page have half a second more together, and Python makes the page."""
OTHERS = (
    f"{LIST}statistics/",
    f"{LIST}count/?exactly=1",
    f"{LIST}breakdown/",
    f"{LIST}export/",
    f"{LIST}export/?format=csv",
)


def measure() -> list[Figure]:
    bound = conf.STATEMENT_TIMEOUT + MORE
    with web_server() as web:
        pages = [*pages_of(web.browser()), *OTHERS]
        searched = max(_timed(web.browser(), f"{SEARCH}&o=1") for _time in range(3))
        with _locked_table():
            locked = {page: _timed(web.browser(), page) for page in pages}
    longest = max(locked, key=lambda page: locked[page])
    return [
        Figure(
            f"the slowest of {len(pages)} pages while somebody holds the table ({longest.removeprefix(LIST) or 'the list'})",
            milliseconds(locked[longest]),
            "",
            f"under {bound:g} s: the statement timeout and {MORE:g} s",
            locked[longest] < bound,
        ),
        Figure(
            "a search that no index answers, for all the time that a page has",
            milliseconds(searched),
            "",
            f"under {bound:g} s",
            searched < bound,
        ),
    ]


@contextmanager
def _locked_table() -> Iterator[None]:
    with psycopg.connect(os.environ["DATABASE_URL"]) as other:
        other.execute(f"LOCK TABLE {TABLE.regclass} IN ACCESS EXCLUSIVE MODE".encode())
        yield
        other.rollback()


def _timed(browser: Browser, page: str) -> float:
    """Whatever the answer: a friendly page, busy, or what was asked for."""
    started = time.perf_counter()
    browser.open(page).read()
    return time.perf_counter() - started
