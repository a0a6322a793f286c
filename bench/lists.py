"""The list's pages as multiples of F: the same admin renders the same 100 rows without filter and count."""

from __future__ import annotations

import re
from functools import partial

from bench import compared
from bench.figures import Figure, milliseconds
from bench.fill import BIG_TASKS
from bench.timing import medians
from bench.visitor import FLOOR_LIST, LIST, STOCK_LIST, Visitor

ROUNDS = 15
MOST_FLOORS = 4
ROWS_OF_A_PAGE = 100
FILTER = f"?task_identifier={BIG_TASKS[0]}&failed_after=7d"

FLOOR, PAGE, COUNT, STOCK = "F", "first page", "its count, loaded after it", "first page of a stock ModelAdmin"


def measure() -> list[Figure]:
    visitor = Visitor()
    compared.floor_ids[:] = visitor.listed_ids()
    if not len(compared.floor_ids) == len(visitor.listed_ids(FLOOR_LIST)) == ROWS_OF_A_PAGE:
        raise AssertionError("the floor does not render the rows of the first page")
    deep = _somewhere_deep(visitor)
    pages = {
        FLOOR: FLOOR_LIST,
        PAGE: LIST,
        COUNT: f"{LIST}count/",
        STOCK: STOCK_LIST,
        "a page near the end, by cursor": deep,
        "filtered page (task and 7 days)": LIST + FILTER,
        "its count": f"{LIST}count/{FILTER}",
        "search for a word that many errors have": f"{LIST}?q=declined",
        "search for a word that none has": f"{LIST}?q=nowhere-to-be-found",
        "statistics page": f"{LIST}statistics/",
    }
    calls = {name: partial(visitor.get, address) for name, address in pages.items()}
    calls["confirmation page (everything of a task)"] = partial(
        visitor.confirmation, f"?task_identifier={BIG_TASKS[0]}"
    )
    times = medians(calls, ROUNDS)
    floor = times.pop(FLOOR)
    together = times[PAGE] + times[COUNT]
    bounded = Figure(
        "first page and its count",
        milliseconds(together),
        _floors(together / floor),
        f"at most {MOST_FLOORS} F",
        together <= MOST_FLOORS * floor,
    )
    others = [Figure(name, milliseconds(seconds), _floors(seconds / floor)) for name, seconds in times.items()]
    return [Figure("F, the floor", milliseconds(floor), "1.0 F"), *others[:2], bounded, *others[2:]]


def _somewhere_deep(visitor: Visitor) -> str:
    """Three pages before the last one: only a cursor reaches it."""
    address = f"{LIST}?before="
    for _page in range(3):
        links = re.findall(r'href="(\?before=[^"]+)"', visitor.get(address))
        if not links:
            raise AssertionError("the list has no link to the previous page")
        address = LIST + links[0].replace("&amp;", "&")
    return address


def _floors(ratio: float) -> str:
    return f"{ratio:.1f} F"
