"""`python -m bench.plans`: how PostgreSQL answers each statement of the pages and of a requeue, on the benchmark's table.

Prints EXPLAIN (ANALYZE, BUFFERS) of every statement that the pages and services really send, slowest node and all.
PLANS_ABOVE (milliseconds, default 0) leaves out the plans of statements that are faster.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from typing import Any

from bench.server import private_server

ABOVE = float(os.environ.get("PLANS_ABOVE") or 0)
LONGEST = 1200
"""Characters of a statement that are printed: one with 1,000 ids says nothing more."""


class Explaining:
    """An execute_wrapper that explains each different statement once, in a transaction that is undone, then runs it."""

    def __init__(self) -> None:
        self.seen: set[str] = set()
        self.asleep = False

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        # Lists of ids differ in length only.
        shape = re.sub(r"(%s, )+%s", "...", sql)
        if re.search("backfill_dlq|dlq_[a-z]*pattern", sql) and not self.asleep and not many and shape not in self.seen:
            self.seen.add(shape)
            self.asleep = True
            try:
                self._explain(sql, params, shape)
            finally:
                self.asleep = False
        return execute(sql, params, many, context)

    def _explain(self, sql: str, params: Any, shape: str) -> None:
        from django.db import connection, transaction

        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', '0', true)")
            cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, SETTINGS) {sql}", params)
            plan = [line for (line,) in cursor.fetchall()]
            transaction.set_rollback(True)
        if float(plan[-1].split()[-2]) >= ABOVE:
            print("\n".join([shape[:LONGEST], *(f"    {line[:200]}" for line in plan), ""]), flush=True)


def _explain_all() -> None:
    # Only now: these need Django set up.
    from django.db import connection

    from bench import fill
    from bench.lists import FILTER
    from bench.patterns import PATTERNS
    from bench.visitor import LIST, Visitor
    from dlq.models import FailurePattern
    from dlq.patterns.classifier import classify

    def _largest_pattern() -> int:
        return int(FailurePattern.objects.order_by("-entry_count", "pk")[0].pk)

    fill.fill()
    visitor = Visitor()
    task = f"?task_identifier={fill.BIG_TASKS[0]}"
    acts: dict[str, Callable[[], object]] = {
        "the list's first page": lambda: visitor.get(LIST),
        "its count": lambda: visitor.get(f"{LIST}count/"),
        "its exact count": lambda: visitor.get(f"{LIST}count/?exactly"),
        "the last page": lambda: visitor.get(f"{LIST}?before="),
        "page 50": lambda: visitor.get(f"{LIST}?p=50"),
        "sorted by task": lambda: visitor.get(f"{LIST}?o=1"),
        "at a time": lambda: visitor.get(f"{LIST}?at=15d"),
        "breakdown": lambda: visitor.get(f"{LIST}breakdown/"),
        "values of the task field": lambda: visitor.get(f"{LIST}values/?of=task_identifier"),
        "values with a part of a name": lambda: visitor.get(f"{LIST}values/?of=task_identifier&task_identifier=_1"),
        "indexes": lambda: visitor.get(f"{LIST}indexes/"),
        "export page": lambda: visitor.get(f"{LIST}export/"),
        "filtered by task and time": lambda: visitor.get(LIST + FILTER),
        "its count, filtered": lambda: visitor.get(f"{LIST}count/{FILTER}"),
        "filtered by queue and notes": lambda: visitor.get(f"{LIST}?queue_name=-&has_notes=yes"),
        "filtered by a task that none has": lambda: visitor.get(f"{LIST}?task_identifier=none"),
        "filtered by payload": lambda: visitor.get(f"{LIST}?payload=customer_id%3D4711"),
        "search": lambda: visitor.get(f"{LIST}?q=declined"),
        "statistics": lambda: visitor.get(f"{LIST}statistics/"),
        "statistics of a task": lambda: visitor.get(f"{LIST}statistics/{task}"),
        "the sorting into patterns": lambda: classify(3600),
        "the list of patterns": lambda: visitor.get(PATTERNS),
        "a pattern": lambda: visitor.get(f"{PATTERNS}{_largest_pattern()}/change/"),
        "the list of its entries": lambda: visitor.get(f"{LIST}?pattern={_largest_pattern()}&status=any"),
        "an entry": lambda: visitor.get(f"{LIST}{fill.ROWS // 2}/change/"),
        "confirmation of everything of a task": lambda: visitor.confirmation(task),
        "confirmation of everything": lambda: visitor.confirmation(""),
        "requeue of everything of a task": lambda: visitor.requeue(task),
        "the same a second time": lambda: visitor.requeue(task),
    }
    for name, act in acts.items():
        print(f"==== {name}\n", flush=True)
        with connection.execute_wrapper(Explaining()):
            act()


if __name__ == "__main__":
    with private_server():
        _explain_all()
    sys.exit()
