"""Viewers beside a crowd: twenty exports that nobody reads, and twenty searches that no index answers."""

from __future__ import annotations

import http.client
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from statistics import median

from bench.figures import Figure, milliseconds
from bench.viewers import LASTS, VIEWERS, look_and_think, pages_of, together, warm_up
from bench.visitor import LIST
from bench.web import Browser, Web, web_server

EXPORTS = SEARCHES = 20
EXPORT = f"{LIST}export/?format=jsonl"
SEARCH = f"{LIST}?q=no+entry+has+these+words&far=1"
"""To be looked for in all entries, for as long as a page may take."""
PAUSE = 1.0
"""Seconds before each asks again; after "busy" it waits for as long as the answer says."""
MOST_TIMES = 3
BUSY = 503


def measure() -> list[Figure]:
    answers: Counter[str] = Counter()
    with web_server() as web:
        pages = pages_of(web.browser())
        warm_up(web, pages)
        alone = _viewers(web, pages)
        with _crowd(web, answers):
            beside = _viewers(web, pages)
    ratio = median(beside) / median(alone)
    wrong = {answer: number for answer, number in answers.items() if answer.split()[-1] not in ("200", str(BUSY))}
    return [
        Figure(f"{VIEWERS} viewers alone, median of {len(alone)} pages", milliseconds(median(alone)), "1 x"),
        Figure(
            f"the same while {EXPORTS} exports stand unread and {SEARCHES} unindexed searches are asked for",
            milliseconds(median(beside)),
            f"{ratio:.1f} x",
            f"under {MOST_TIMES} x",
            ratio < MOST_TIMES,
        ),
        Figure(
            "answers to those exports and searches",
            ", ".join(f"{number} {answer}" for answer, number in sorted(answers.items())),
            "",
            f"none but 200 and {BUSY} (busy)",
            not wrong,
        ),
    ]


def _viewers(web: Web, pages: list[str]) -> list[float]:
    """Each of their pages must be answered with 200."""
    return together(web, VIEWERS, lambda browser, until: look_and_think(browser, pages, until), LASTS)


@contextmanager
def _crowd(web: Web, answers: Counter[str]) -> Iterator[None]:
    over = threading.Event()

    def ask_again_and_again(what: str, ask: Callable[[Browser], tuple[str, float]]) -> None:
        while not over.is_set():
            answer, pause = ask(web.browser())
            answers[f"{what}: {answer}"] += 1
            over.wait(pause)

    def stand(browser: Browser) -> tuple[str, float]:
        answer = browser.open(EXPORT)
        over.wait(LASTS if answer.status != BUSY else 0)
        browser.connection.close()
        return str(answer.status), _pause(answer)

    def search(browser: Browser) -> tuple[str, float]:
        try:
            answer = browser.open(SEARCH)
            answer.read()
        except (OSError, http.client.HTTPException) as error:
            return type(error).__name__, PAUSE
        return str(answer.status), _pause(answer)

    with ThreadPoolExecutor(EXPORTS + SEARCHES) as pool:
        crowd = [pool.submit(ask_again_and_again, "export", stand) for _one in range(EXPORTS)]
        crowd += [pool.submit(ask_again_and_again, "search", search) for _one in range(SEARCHES)]
        time.sleep(2)
        try:
            yield
        finally:
            over.set()
        for one in crowd:
            one.result()


def _pause(answer: http.client.HTTPResponse) -> float:
    return float(answer.getheader("Retry-After", PAUSE))
