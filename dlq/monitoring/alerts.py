"""What somebody should know about: thresholds (by default the library's advice), and what exceeds them now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta

from dlq.conf import conf
from dlq.db.far_moments import FarMoment
from dlq.db.statements import dicts
from dlq.models.entry_status import superseded
from dlq.table.location import DlqTable

NAMED_TASKS = 3
"""Tasks that fail all the time which a sentence names."""
WARNING, CRITICAL = "warning", "critical"


@dataclass(frozen=True)
class Thresholds:
    """Each as its setting DLQ_ALERT_… says; 0 switches it off."""

    new_per_hour: int
    """Warning: more new entries than this in each of the last `hours`."""
    hours: int
    critical_new_per_hour: int
    """Critical: more new entries than this in the last hour."""
    critical_total: int
    """Critical: more entries than this in all."""
    oldest_days: int
    """Warning: an entry older than this."""
    task_hours: int
    """Warning: a task of which something failed in each of so many last hours."""

    @classmethod
    def configured(cls, **changed: int | None) -> Thresholds:
        settings = {one.name: getattr(conf, f"ALERT_{one.name.upper()}") for one in fields(cls)}
        return cls(**settings | {name: value for name, value in changed.items() if value is not None})


@dataclass(frozen=True)
class Alert:
    """`filter`: the list's parameters for what it is about."""

    level: str
    words: str
    filter: dict[str, str | list[str]] = field(default_factory=dict)


def alerts(table: DlqTable, limits: Thresholds) -> list[Alert]:
    """What exceeds a threshold now, critical first."""
    (found,) = dicts(
        table.statement("monitoring/alerts", superseded=superseded("e")),
        {
            "hours": max(limits.hours, limits.task_hours, 1),
            "task_hours": limits.task_hours,
            "most_tasks": NAMED_TASKS + 1,
            "most": limits.critical_total,
        },
    )
    raised = [
        *_new(found["by_hour"], limits),
        *_total(found["total"], limits),
        *_oldest(found["oldest"], found["now"], limits),
        *_constant(found["constant_tasks"], limits),
    ]
    return sorted(raised, key=lambda alert: alert.level)


def _new(by_hour: list[int], limits: Thresholds) -> Iterator[Alert]:
    last = by_hour[0]
    if limits.critical_new_per_hour and last > limits.critical_new_per_hour:
        words = f"{last:,} new failed jobs in the last hour (more than {limits.critical_new_per_hour:,})"
        yield Alert(CRITICAL, words, {"failed_after": "1h"})
    elif limits.new_per_hour and limits.hours and min(by_hour[: limits.hours]) > limits.new_per_hour:
        each = _each(limits.hours)
        words = f"more than {limits.new_per_hour:,} new failed jobs in {each} ({last:,} in the last one)"
        yield Alert(WARNING, words, {"failed_after": f"{limits.hours}h"})


def _total(total: int, limits: Thresholds) -> Iterator[Alert]:
    if limits.critical_total and total > limits.critical_total:
        yield Alert(CRITICAL, f"more than {limits.critical_total:,} failed jobs in all")


def _oldest(oldest: datetime | None, now: datetime, limits: Thresholds) -> Iterator[Alert]:
    if limits.oldest_days and oldest and now - oldest > timedelta(days=limits.oldest_days):
        words = f"the oldest failed job is {(now - oldest).days:,} days old (more than {limits.oldest_days:,})"
        if isinstance(oldest, FarMoment):
            words = f"the oldest failed job has the time {oldest}"
        yield Alert(WARNING, words, {"failed_before": f"{limits.oldest_days}d"})


def _constant(tasks: list[str], limits: Thresholds) -> Iterator[Alert]:
    if limits.task_hours and tasks:
        named = tasks[:NAMED_TASKS]
        which = ", ".join(named) + (" and others" if len(tasks) > NAMED_TASKS else "")
        words = f"{which} failed in {_each(limits.task_hours)}"
        yield Alert(WARNING, words, {"task_identifier": named, "failed_after": f"{limits.task_hours}h"})


def _each(hours: int) -> str:
    return "the last hour" if hours == 1 else f"each of the last {hours} hours"
