"""Many people at once on the real web server with two workers: each looks, thinks, and looks again; then all flat out."""

from __future__ import annotations

import itertools
import random
import re
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from statistics import median, quantiles

from bench.figures import Figure, milliseconds
from bench.fill import BIG_TASKS
from bench.visitor import LIST
from bench.web import WORKERS, Browser, Web, web_server

VIEWERS = 20
THINK = 2.0
"""Seconds between two requests of a viewer."""
LASTS = 40.0
FLAT_OUT = 10.0
ALONE = 60
"""Requests of a single viewer, for the median that the others are compared with."""
MOST_SECONDS, MOST_TIMES, LEAST_GAIN = 1.0, 6, 1.5


def measure() -> list[Figure]:
    with web_server() as web:
        pages = pages_of(web.browser())
        warm_up(web, pages)
        alone = [_timed(web.browser(), page) for page in itertools.islice(itertools.cycle(pages), ALONE)]
        thinking = together(web, VIEWERS, lambda browser, until: look_and_think(browser, pages, until), LASTS)
        one = _rate(web, pages, 1)
        many = _rate(web, pages, VIEWERS)
    single = median(alone)
    slowest = quantiles(thinking, n=20)[-1]
    holds = slowest < MOST_SECONDS and slowest < MOST_TIMES * single
    return [
        Figure(f"a single viewer, median of {ALONE} pages", milliseconds(single), "1 x"),
        Figure(
            f"{VIEWERS} viewers, {THINK:g} s think time, {WORKERS} workers, 95th percentile of {len(thinking)} pages, no error",
            milliseconds(slowest),
            f"{slowest / single:.1f} x",
            f"under {MOST_SECONDS:g} s and {MOST_TIMES} x",
            holds,
        ),
        Figure("flat out, 1 connection", f"{one:.0f} requests/s", "1 x"),
        Figure(
            f"flat out, {VIEWERS} connections",
            f"{many:.0f} requests/s",
            f"{many / one:.1f} x",
            f"at least {LEAST_GAIN} x",
            many >= LEAST_GAIN * one,
        ),
    ]


def pages_of(browser: Browser) -> list[str]:
    """What people open: the list, its count, a further page, a filtered one and its count, an entry."""
    first = browser.get(LIST)
    entry = re.search(r'href="(/admin/dlq/backfilldlq/\d+/change/[^"]*)"', first)
    further = re.search(r'href="(\?after=[^"]+)"', first)
    if entry is None or further is None:
        raise AssertionError("the list has no entry or no further page")
    query = f"?task_identifier={BIG_TASKS[0]}"
    return [
        LIST, f"{LIST}count/", LIST + further[1].replace("&amp;", "&"), LIST + query, f"{LIST}count/{query}",
        entry[1].replace("&amp;", "&"),
    ]  # fmt: skip


def warm_up(web: Web, pages: list[str]) -> None:
    for page in pages * WORKERS * 2:
        web.browser().get(page)


def _timed(browser: Browser, page: str) -> float:
    started = time.perf_counter()
    browser.get(page)
    return time.perf_counter() - started


def together(web: Web, number: int, act: Callable[[Browser, float], list[float]], seconds: float) -> list[float]:
    """What each viewer measures until the time is over. An error of one ends the measuring."""
    start = threading.Barrier(number)

    def view() -> list[float]:
        browser = web.browser()
        start.wait()
        return act(browser, time.monotonic() + seconds)

    with ThreadPoolExecutor(number) as pool:
        return [taken for future in [pool.submit(view) for _viewer in range(number)] for taken in future.result()]


def look_and_think(browser: Browser, pages: list[str], until: float) -> list[float]:
    taken = []
    time.sleep(random.uniform(0, THINK))
    while time.monotonic() < until:
        taken.append(_timed(browser, random.choice(pages)))
        time.sleep(THINK)
    return taken


def _rate(web: Web, pages: list[str], connections: int) -> float:
    def flat_out(browser: Browser, until: float) -> list[float]:
        order = itertools.cycle(random.sample(pages, len(pages)))
        taken = []
        while time.monotonic() < until:
            taken.append(_timed(browser, next(order)))
        return taken

    return len(together(web, connections, flat_out, FLAT_OUT)) / FLAT_OUT
