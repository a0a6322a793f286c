"""The search without and with its index, and the filter by payload, beside a stock ModelAdmin that searches the same text."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from urllib.parse import quote

from bench import search_memory
from bench.figures import Figure, milliseconds
from bench.fill import ROWS
from bench.timing import medians, seconds_of
from bench.visitor import LIST, STOCK_LIST, Visitor
from dlq.db.statements import execute, scalar
from dlq.table.index_advice import advice
from dlq.table.init import init_dlq
from dlq.table.location import TABLE

ROUNDS = 7
WITHOUT, WITH = 10, 50
"""How many times as fast as stock the first results are to be there, without and with the index."""
NONE, COMMON = "nowhere-to-be-found", "declined"


def measure(*, build: bool = True) -> list[Figure]:
    """`build`: also with the indexes, which take long to build on a table of ten million."""
    visitor = Visitor()
    # Every fourth entry's error names its order; this one is among the older ones.
    order = ROWS // 3 // 4 * 4 + 1
    words = {"a word that none has": NONE, "a word that many have": COMMON, "one order": f"order {order}"}
    stock = medians(
        {name: partial(visitor.get, f"{STOCK_LIST}?q={quote(word)}") for name, word in words.items()}, ROUNDS
    )
    calls = {name: partial(visitor.get, f"{LIST}?q={quote(word)}") for name, word in words.items()}
    payload = {"payload": partial(visitor.get, f"{LIST}?payload=order.id%3D{ROWS // 2}")}
    figures = _against(stock, medians(calls, ROUNDS), "without index, first results", WITHOUT)
    figures += [_plain(medians(payload, ROUNDS)["payload"], "filter by payload, without index, first results")]
    figures += search_memory.measure("without index")
    if not build:
        return figures
    figures += [_built("search", lambda: init_dlq(TABLE, search=True)), _built("payload", _make_payload_index)]
    execute(f"ANALYZE {TABLE.db_table}")
    figures += _against(stock, medians(calls, ROUNDS), "with index", WITH)
    figures += [_plain(medians(payload, ROUNDS)["payload"], "filter by payload, with index")]
    return [*figures, *search_memory.measure("with index")]


def _against(stock: dict[str, float], ours: dict[str, float], how: str, times: int) -> list[Figure]:
    figures = []
    for name, seconds in ours.items():
        ratio = stock[name] / seconds
        figures += [
            Figure(
                f"search for {name}, {how}",
                milliseconds(seconds),
                f"1/{ratio:.0f} of stock ({milliseconds(stock[name])})",
                f"at most 1/{times} of stock",
                ratio >= times,
            )
        ]
    return figures


def _plain(seconds: float, name: str) -> Figure:
    return Figure(name, milliseconds(seconds), "")


def _built(what: str, build: Callable[[], object]) -> Figure:
    estimated = next(index.size for index in advice(TABLE) if index.wanted.suffix in (what, f"{what}_words"))
    execute("SET maintenance_work_mem = '512MB'")
    seconds = seconds_of(build)
    index = next(index for index in advice(TABLE) if index.wanted.suffix in (what, f"{what}_words"))
    if not index.is_there:
        raise AssertionError(f"the {what} index was not built")
    kind = "words" if index.wanted.suffix.endswith("words") else "trigrams" if what == "search" else "jsonb_path_ops"
    size = scalar("SELECT pg_size_pretty(%(size)s::bigint)", {"size": index.size})
    return Figure(
        f"{what} index ({kind})", f"{size}, built in {seconds:.0f} s", f"{index.size / estimated:.1f} x the advice"
    )


def _make_payload_index() -> None:
    (wanted,) = [index for index in advice(TABLE) if index.wanted.suffix == "payload"]
    for text in wanted.statements:
        execute(text)
