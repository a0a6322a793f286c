"""The list's pages as multiples of F (the same admin renders the same 100 rows without filter and count), beside a stock
ModelAdmin's, and beside the same pages on a small table."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from functools import partial
from urllib.parse import quote

from django.db import connection
from django.test.utils import CaptureQueriesContext

from bench import compared, fill
from bench.figures import Figure, milliseconds
from bench.timing import medians
from bench.visitor import FLOOR_LIST, LIST, STOCK_LIST, Visitor
from dlq.db.statements import rows, scalar
from dlq.table.location import TABLE

ROUNDS = 15
MOST_FLOORS = 1.0
MOST_WITH_COUNT = 4
MOST_TO_CONFIRM = 5
MOST_GROWTH = 1.3
MOST_QUERIES = 12
ROWS_OF_A_PAGE = 100
DEEP_PAGE = 5_000
FILTER = f"?task_identifier={fill.BIG_TASKS[0]}&failed_after=7d"
STOCK_FILTER = f"?task_identifier={fill.BIG_TASKS[0]}"

FLOOR, FIRST, FILTERED, DEEP, LAST = (
    "F, the floor",
    "first page",
    "filtered page (task, 7 days)",
    "page 5,000",
    "last page",
)
COUNT = "its count, loaded after it"
CONFIRMATION = "confirmation page (everything of a task)"
BOUNDED = (FIRST, FILTERED, DEEP, LAST)
MOST = dict.fromkeys(BOUNDED, MOST_FLOORS) | {CONFIRMATION: MOST_TO_CONFIRM}
"""In floors, by the page's name."""


def measure_small() -> dict[str, float]:
    """Our pages and F on a table of fill.SMALL entries, to compare the large one with."""
    return _times(Visitor())


def _times(visitor: Visitor) -> dict[str, float]:
    compared.floor_ids[:] = visitor.listed_ids()
    if not len(compared.floor_ids) == len(visitor.listed_ids(FLOOR_LIST)) == ROWS_OF_A_PAGE:
        raise AssertionError("the floor does not render the rows of the first page")
    return medians({FLOOR: partial(visitor.get, FLOOR_LIST), **_ours(visitor)}, ROUNDS)


def measure(small: dict[str, float]) -> list[Figure]:
    visitor = Visitor()
    times = _times(visitor)
    stock = medians(_stock(visitor), ROUNDS)
    growth = _growth(times, small)
    floor = times.pop(FLOOR)
    figures = [Figure(FLOOR, milliseconds(floor), "1.0 F")]
    for name, seconds in times.items():
        holds = seconds <= MOST[name] * floor if name in MOST else None
        bound = f"at most {MOST[name]} F" if name in MOST else ""
        figures.append(Figure(name, milliseconds(seconds), floors(seconds / floor), bound, holds))
        if name in stock:
            figures.append(_compared(name, seconds, stock[name], floor))
    together = times[FIRST] + times[COUNT]
    figures.append(
        Figure(
            "first page and its count",
            milliseconds(together),
            floors(together / floor),
            f"at most {MOST_WITH_COUNT} F",
            together <= MOST_WITH_COUNT * floor,
        )
    )
    return [*figures, *growth, *_queries()]


def floors(ratio: float) -> str:
    return f"{ratio:.1f} F"


def _compared(name: str, ours: float, stock: float, floor: float) -> Figure:
    return Figure(
        f"{name} of a stock ModelAdmin", milliseconds(stock), f"{floors(stock / floor)}, {stock / ours:.0f} x ours"
    )


def _ours(visitor: Visitor) -> dict[str, Callable[[], object]]:
    addresses = {
        FIRST: LIST,
        COUNT: f"{LIST}count/",
        FILTERED: LIST + FILTER,
        "its count": f"{LIST}count/{FILTER}",
        DEEP: f"{LIST}?after={_cursor_of_page(visitor, DEEP_PAGE)}",
        LAST: f"{LIST}?before=",
        "at a time (15 days ago)": f"{LIST}?at=15d",
        "sorted by task": f"{LIST}?o=1",
        "breakdown of the newest, loaded on demand": f"{LIST}breakdown/",
        "values of the task field, loaded on demand": f"{LIST}values/?of=task_identifier",
        "an entry": f"{LIST}{compared.floor_ids[0] if compared.floor_ids else visitor.listed_ids()[0]}/change/",
        "statistics page": f"{LIST}statistics/",
        "failure patterns": "/admin/dlq/failurepattern/",
        "operations": "/admin/dlq/bulkoperation/",
    }
    calls: dict[str, Callable[[], object]] = {
        name: partial(visitor.get, address) for name, address in addresses.items() if visitor.finds(address)
    }
    calls[CONFIRMATION] = partial(visitor.confirmation, f"?task_identifier={fill.BIG_TASKS[0]}")
    return calls


def _stock(visitor: Visitor) -> dict[str, Callable[[], object]]:
    last = math.ceil(_entries() / ROWS_OF_A_PAGE)
    addresses = {
        FIRST: STOCK_LIST,
        FILTERED: STOCK_LIST + STOCK_FILTER,
        DEEP: f"{STOCK_LIST}?p={min(DEEP_PAGE, last)}",
        LAST: f"{STOCK_LIST}?p={last}",
    }
    return {name: partial(visitor.get, address) for name, address in addresses.items()}


def _entries() -> int:
    return int(scalar(f"SELECT count(*) FROM {TABLE.db_table}"))


def _cursor_of_page(visitor: Visitor, number: int) -> str:
    """As the page before it has it in its link, to which the time of its first row leads: counting takes too long."""
    page = min(number - 2, _entries() // ROWS_OF_A_PAGE - 3)
    newer = f"SELECT failed_at FROM {TABLE.db_table} ORDER BY failed_at DESC, id DESC OFFSET {page * ROWS_OF_A_PAGE} LIMIT 1"
    moment = scalar(newer).isoformat()
    link = re.search(r'href="\?(?:[^"]*&amp;)?after=([^"&]+)', visitor.get(f"{LIST}?at={quote(moment)}"))
    if link is None:
        raise AssertionError(f"page {page} has no link to the next one")
    return link[1]


def _growth(times: dict[str, float], small: dict[str, float]) -> list[Figure]:
    """Both in multiples of the F of their own table: filling the large one takes minutes, in which the machine may have
    become busier or idler. F knows its 100 rows by id, so it does not depend on the table's size."""
    ratios = {name: (times[name] / times[FLOOR]) / (small[name] / small[FLOOR]) for name in BOUNDED}
    return [
        Figure(
            f"{name}, against {fill.SMALL:,} entries",
            f"{floors(times[name] / times[FLOOR])} / {floors(small[name] / small[FLOOR])}",
            f"{ratio:.2f} x",
            f"at most {MOST_GROWTH} x",
            ratio <= MOST_GROWTH,
        )
        for name, ratio in ratios.items()
    ]


def _queries() -> list[Figure]:
    """Of a user who is no superuser, whose permissions have to be looked up."""
    visitor = Visitor(permissions=True)
    newest = [moment for (moment,) in rows(f"SELECT failed_at FROM {TABLE.db_table} ORDER BY failed_at DESC LIMIT 100")]
    number = {}
    for count in (1, len(newest)):
        address = f"{LIST}?failed_after={newest[count - 1].isoformat().replace('+', '%2B')}"
        with CaptureQueriesContext(connection) as captured:
            if len(visitor.listed_ids(address)) != count:
                raise AssertionError(f"the list does not have {count} rows")
        number[count] = sum(_is_query(query["sql"]) for query in captured)
    few, many = number.values()
    holds = few == many <= MOST_QUERIES
    return [
        Figure(
            "queries of a page, 1 row and 100 rows", f"{few} and {many}", "", f"the same, at most {MOST_QUERIES}", holds
        )
    ]


def _is_query(sql: str) -> bool:
    """SET and transaction control do not count."""
    return not re.match(r"(SAVEPOINT|RELEASE|ROLLBACK|BEGIN|COMMIT|SELECT (set_config|current_setting)\()", sql)
