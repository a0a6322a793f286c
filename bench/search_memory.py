"""How much the memory of PostgreSQL's process grows by a search of as many words as there may be, beside one huge entry."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from urllib.parse import quote_plus

from django.db import connection
from django.test import override_settings

from bench.figures import Figure
from bench.memory import highest
from bench.visitor import LIST, Visitor
from dlq.db.statements import execute, scalar
from dlq.filters.search import MOST_WORDS
from dlq.table.location import TABLE

MEGABYTES = 50
"""Of the huge entry's payload."""
MOST_MEGABYTES = 500
RECENT = "failed_after=6h"
SECONDS = 60
"""For a statement. With the narrow window it keeps a busy machine from ending what is measured before it is at the entry."""
FOUND = [f"needle{number}x" for number in range(MOST_WORDS)]
HUGE = """
    INSERT INTO {table} (task_identifier, queue_name, max_attempts, failure_reason, payload)
    SELECT 'huge', '', 5, %(reason)s, jsonb_object_agg('key' || i, repeat(md5(i::text), 30))
    FROM generate_series(1, %(megabytes)s * 1024) AS i
"""


def measure(how: str) -> list[Figure]:
    """`how` the search is answered, for the names of the figures."""
    visitor = Visitor()
    found, not_found = " ".join(FOUND), " ".join([*FOUND[:-1], "nowhere"])
    visitor.get(LIST)
    with _huge_entry(), override_settings(DLQ_STATEMENT_TIMEOUT=SECONDS):
        calls: dict[str, Callable[[], object]] = {}
        for name, words in (("found", found), ("not found", not_found)):
            query = f"?q={quote_plus(words)}"
            calls[f"list, {name}"] = partial(visitor.get, LIST + query)
            calls[f"count, {name}"] = partial(visitor.get, f"{LIST}count/{query}&{RECENT}&exactly=1")
        calls["confirmation"] = partial(visitor.confirmation, f"?q={quote_plus(found)}&{RECENT}")
        return [_figure(f"{MOST_WORDS} words {how}, {name}", call) for name, call in calls.items()]


@contextmanager
def _huge_entry() -> Iterator[None]:
    execute(HUGE.format(table=TABLE.names["table"]), {"reason": " ".join(FOUND), "megabytes": MEGABYTES})
    try:
        yield
    finally:
        execute(f"DELETE FROM {TABLE.names['table']} WHERE task_identifier = 'huge'")


def _figure(name: str, call: Callable[[], object]) -> Figure:
    grown = _growth(call)
    return Figure(
        f"memory of PostgreSQL, {MEGABYTES} MB entry, {name}",
        f"+{grown:.0f} MB",
        "",
        f"less than {MOST_MEGABYTES} MB",
        grown < MOST_MEGABYTES,
    )


def _growth(call: Callable[[], object]) -> float:
    """Megabytes by which the memory of a fresh connection's process grows at most, without what all processes share."""
    connection.close()
    # In one process: what others do for it would not be seen.
    execute("SET max_parallel_workers_per_gather = 0")
    status = Path(f"/proc/{scalar('SELECT pg_backend_pid()')}/status")
    before = _own_memory(status)
    try:
        return (highest(lambda: _own_memory(status), call) - before) / 1024
    finally:
        connection.close()


def _own_memory(status: Path) -> int:
    """Kilobytes."""
    found = re.search(r"^RssAnon:\s+(\d+) kB", status.read_text(), re.MULTILINE)
    return int(found[1]) if found else 0
