"""Sorting into failure patterns, against the least that it could be: the coarse key alone, into the same table."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from statistics import median

from bench.figures import Figure, milliseconds
from bench.fill import ROWS
from bench.timing import medians, seconds_of
from bench.visitor import LIST, Visitor
from dlq.db.statements import execute, scalar
from dlq.models import EntryPattern, FailurePattern
from dlq.patterns.classifier import classify, error_text, parameters
from dlq.table.location import TABLE

PATTERNS = "/admin/dlq/failurepattern/"
ROUNDS = 3
PAGE_ROUNDS = 7
AT_LEAST = 1 / 3
BUDGET = 3600.0
"""Seconds; more than any machine should need."""


def measure() -> list[Figure]:
    """In turn, each from an empty table; ours also makes the patterns, counts, and remembers how far it came."""
    plain, ours = [], []
    for _round in range(ROUNDS):
        _empty()
        plain.append(ROWS / seconds_of(_coarse_keys_only))
        _empty()
        ours.append(ROWS / seconds_of(_sort))
    ratio = median(ours) / median(plain)
    execute("ANALYZE dlq_entrypattern, dlq_failurepattern, dlq_patternhour")
    return [
        Figure("coarse keys alone, into the same table", f"{median(plain):,.0f} entries/s", "1 x"),
        Figure(
            f"sorting {ROWS:,} entries into patterns",
            f"{median(ours):,.0f} entries/s",
            f"{ratio:.2f} x",
            "at least 1/3 x",
            ratio >= AT_LEAST,
        ),
        *_pages(),
    ]


def _pages() -> list[Figure]:
    """What people wait for, with advice on the largest pattern, which is looked up before every operation."""
    visitor = Visitor()
    largest = FailurePattern.objects.order_by("-entry_count", "pk")[0]
    FailurePattern.objects.filter(pk=largest.pk).update(advice="no")
    of_largest = f"?pattern={largest.pk}&status=any"
    calls: dict[str, Callable[[], object]] = {
        "the caretaker's look when all is sorted": partial(classify, BUDGET),
        "list of patterns": partial(visitor.get, PATTERNS),
        "a pattern's page": partial(visitor.get, f"{PATTERNS}{largest.pk}/change/"),
        f"list of its {largest.entry_count:,} failed jobs": partial(visitor.get, f"{LIST}{of_largest}"),
        "confirmation page, everything of it": partial(visitor.confirmation, of_largest),
    }
    return [Figure(name, milliseconds(seconds), "") for name, seconds in medians(calls, PAGE_ROUNDS).items()]


def _empty() -> None:
    execute(
        "TRUNCATE dlq_entrypattern, dlq_failurepattern, dlq_coarsekey, dlq_patternhour, dlq_requeuepattern, dlq_sortingstate"
    )
    execute("CHECKPOINT")


def _coarse_keys_only() -> None:
    """INSERT … SELECT id, md5(coarse key): the number of the pattern is made of the key, everything else is left out."""
    key = TABLE.statement("patterns/coarse_key")
    execute(
        f"""
        INSERT INTO dlq_entrypattern (entry_id, pattern_id, failed_at, version)
        SELECT e.id, hashtext(({key})::text), e.failed_at, %(version)s
        FROM {TABLE.db_table} e CROSS JOIN LATERAL ({error_text()}) AS error
        """,
        parameters(),
    )


def _sort() -> None:
    classify(BUDGET)
    sorted_in = EntryPattern.objects.count()
    if sorted_in != ROWS or scalar("SELECT sum(entry_count) FROM dlq_failurepattern") != ROWS:
        raise AssertionError(f"{sorted_in} of {ROWS} entries were sorted")
