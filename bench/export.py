"""The export of everything through the real web server, beside psql's \\copy of the same columns."""

from __future__ import annotations

import time

from bench.figures import Figure
from bench.memory import growth
from bench.server import psql
from bench.timing import seconds_of
from bench.visitor import LIST
from bench.web import WORKERS, Web, web_server
from dlq.table.columns import table_columns
from dlq.table.location import TABLE

LEAST_SPEED = 0.5
MOST_MEGABYTES = 30
BLOCK = 1 << 20
BOUNDED = "csv"
"""What is compared with psql's CSV; JSONL has more bytes, each column's name in each line."""


def measure() -> list[Figure]:
    columns = ", ".join(f'"{column.name}"' for column in table_columns(TABLE))
    copy = f"\\copy (SELECT {columns} FROM {TABLE.regclass}) TO '/dev/null' WITH (FORMAT csv, HEADER)"
    copied = seconds_of(lambda: psql(copy))
    figures = [Figure("psql \\copy of all columns as CSV", f"{copied:.1f} s", "1 x")]
    with web_server() as web:
        # Every worker has answered before: what it loads then is not the export's.
        for _request in range(4 * WORKERS):
            web.browser().get(LIST)
        for kind in ("csv", "jsonl"):
            figures += _export(web, kind, copied)
    return figures


def _export(web: Web, kind: str, copied: float) -> list[Figure]:
    size = 0

    def fetch() -> None:
        nonlocal size
        response = web.browser().open(f"{LIST}export/?format={kind}")
        end = b""
        while block := response.read(BLOCK):
            size += len(block)
            end = (end + block)[-200:]
        if b"COMPLETE" in end or (kind == "jsonl" and b'{"complete": true' not in end):
            raise AssertionError("the export is not complete")

    started = time.perf_counter()
    grown = growth(fetch, web.process.children())
    seconds = time.perf_counter() - started
    speed = copied / seconds
    is_bounded = kind == BOUNDED
    return [
        Figure(
            f"export as {kind.upper()} through the web server",
            f"{seconds:.1f} s, {size / 2**20:,.0f} MB",
            f"{speed:.2f} x",
            f"at least {LEAST_SPEED} x" if is_bounded else "",
            speed >= LEAST_SPEED if is_bounded else None,
        ),
        Figure(
            f"memory, a worker that exports {kind.upper()}",
            f"+{grown:.1f} MB",
            "",
            f"less than {MOST_MEGABYTES} MB",
            grown < MOST_MEGABYTES,
        ),
    ]
