"""Very many entries that failed at the very same moment, as one statement or an outage of a minute leaves them."""

from __future__ import annotations

from functools import partial

from bench import compared
from bench.figures import Figure, milliseconds
from bench.lists import floors
from bench.timing import medians
from bench.visitor import FLOOR_LIST, LIST, Visitor
from dlq.db.statements import execute
from dlq.table.location import TABLE

TIED = 100_000
MOST_TIED = 3
"""In floors."""
ROUNDS = 9


def measure() -> list[Figure]:
    execute(
        f"UPDATE {TABLE.db_table} SET failed_at = now()"
        f" WHERE id IN (SELECT id FROM {TABLE.db_table} ORDER BY id DESC LIMIT {TIED})"
    )
    visitor = Visitor()
    compared.floor_ids[:] = visitor.listed_ids()
    times = medians({"F": partial(visitor.get, FLOOR_LIST), "ours": partial(visitor.get, LIST)}, ROUNDS)
    ratio = times["ours"] / times["F"]
    return [
        Figure(
            f"first page, {TIED:,} newest failed at the same moment",
            milliseconds(times["ours"]),
            floors(ratio),
            f"at most {MOST_TIED} F",
            ratio <= MOST_TIED,
        )
    ]
