"""The library's dlq_stats: numbers of the whole table, counted now."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from datetime import datetime

from dlq.db.statements import dicts
from dlq.table.location import DlqTable

LISTED_TASKS = 10
"""As many as the library lists."""


@dataclass(frozen=True)
class DlqStats:
    """Numbers of the whole table, under the library's names, as of `as_of`."""

    total_jobs: int
    unique_tasks: int
    unique_queues: int
    avg_failure_count: float
    total_requeued: int
    oldest_failure: datetime | None
    newest_failure: datetime | None
    task_breakdown: list[tuple[str, int]]
    """The tasks with the most entries, ten if not asked for more."""
    as_of: datetime


@dataclass(frozen=True)
class TableTotals(DlqStats):
    """And what a monitor wants to know besides."""

    oldest_not_requeued: datetime | None


def dlq_stats(table: DlqTable) -> DlqStats:
    counted = count_table(table)
    return DlqStats(**{field.name: getattr(counted, field.name) for field in fields(DlqStats)})


def count_table(table: DlqTable, *, tasks: int = LISTED_TASKS) -> TableTotals:
    """Count now: one statement that reads the whole table."""
    numbers = dicts(table.statement("monitoring/totals"), {"tasks": tasks})[0]
    breakdown = numbers.pop("task_breakdown")
    breakdown = json.loads(breakdown) if isinstance(breakdown, str) else breakdown
    return TableTotals(**numbers, task_breakdown=[(task, count) for task, count in breakdown])
