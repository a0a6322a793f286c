"""What somebody should know about: thresholds (by default the library's advice), and what exceeds them now."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from typing import Any

from dlq.conf import conf
from dlq.db.far_moments import FarMoment
from dlq.db.limits import in_time
from dlq.db.statements import dicts
from dlq.models.entry_status import superseded, was_requeued
from dlq.monitoring.spikes import Spike, days_back, earlier, spikes
from dlq.table.location import DlqTable
from dlq.web.formatting import utc_text

logger = logging.getLogger("dlq")

NAMED = 3
"""Tasks that fail all the time which a sentence names, and spikes that have a sentence of their own."""
LISTED = 20
"""Tasks, or patterns, that the list is filtered by at once: an address has no room for any number."""
OLDEST_SEEN = 10_000
"""Of so many of the oldest entries it is asked whether nobody has requeued them."""
SPIKE_SECONDS = 2.0
"""How long the other alerts wait for the spikes."""
INSTANT = timedelta(microseconds=1)
"""The resolution of failed_at."""
WARNING, CRITICAL = "warning", "critical"


@dataclass(frozen=True)
class Thresholds:
    """Each as its setting DLQ_ALERT_… says; 0 switches it off."""

    new_per_hour: int
    """Warning: more jobs than this failed in each of the last `hours`."""
    hours: int
    critical_new_per_hour: int
    """Critical: more jobs than this failed in the last hour."""
    critical_total: int
    """Critical: more entries than this in all."""
    oldest_days: int
    """Warning: an entry older than this that nobody has requeued."""
    task_hours: int
    """Warning: a task of which something failed in each of so many last hours."""
    spike_hours: int
    """Warning: a task, or a failure pattern, of which in so many last hours …"""
    spike_factor: int
    """… at least so many times as much failed as in the same hours before, …"""
    spike_least: int
    """… and more than this."""

    @classmethod
    def configured(cls, **changed: int | None) -> Thresholds:
        settings = {one.name: getattr(conf, f"ALERT_{one.name.upper()}") for one in fields(cls)}
        return cls(**settings | {name: value for name, value in changed.items() if value is not None})


@dataclass(frozen=True)
class Alert:
    """`filter`: the list's parameters for exactly what it is about."""

    level: str
    words: str
    filter: dict[str, Any] = field(default_factory=dict)
    is_spike: bool = False


def alerts(table: DlqTable, limits: Thresholds) -> list[Alert]:
    """What exceeds a threshold now. What jumped comes first: levels may be exceeded for weeks, and would hide it."""
    (found,) = dicts(
        table.statement("monitoring/alerts", superseded=superseded("e"), was_requeued=was_requeued("e")),
        {
            "hours": max(limits.hours, limits.task_hours, 1),
            "task_hours": limits.task_hours,
            "most_tasks": LISTED + 1,
            "most": limits.critical_total,
            "oldest_seen": OLDEST_SEEN,
        },
    )
    now = found["now"]
    raised = [
        *_spikes(table, now, limits),
        *_new(found["by_hour"], now, limits),
        *_total(found["total"], limits),
        *_oldest(found["oldest"], now, limits),
        *_constant(found["constant_tasks"], now, limits),
    ]
    return sorted(raised, key=lambda alert: (not alert.is_spike, alert.level))


def _spikes(table: DlqTable, now: datetime, limits: Thresholds) -> Iterator[Alert]:
    hours, factor, least = limits.spike_hours, limits.spike_factor, limits.spike_least
    if not (hours and factor and least):
        return
    found = in_time(SPIKE_SECONDS, lambda: spikes(table, now, hours=hours, factor=factor, least=least))
    if found is None:
        logger.warning("looking for what jumped took longer than %s s", SPIKE_SECONDS)
    of_tasks = [one for one in found or () if one.pattern is None]
    of_patterns = [one for one in found or () if one.pattern is not None]
    for jumped, plural, parameter in (
        (of_tasks, "tasks", "task_identifier"),
        (of_patterns, "failure patterns", "pattern"),
    ):
        groups = [(_name(one), [one]) for one in jumped[:NAMED]]
        if rest := jumped[NAMED : NAMED + LISTED]:
            more = "more than " if len(jumped) > NAMED + LISTED else ""
            groups.append((f"{more}{len(rest)} other {plural if len(rest) > 1 else plural[:-1]}", rest))
        for name, ones in groups:
            values = [one.task if one.pattern is None else str(one.pattern) for one in ones]
            yield Alert(WARNING, _jumped(name, ones, hours), {parameter: values, **_last(hours, now)}, is_spike=True)


def _name(spike: Spike) -> str:
    return spike.task if spike.pattern is None else f"“{spike.title}” ({spike.task})"


def _jumped(name: str, ones: Sequence[Spike], hours: int) -> str:
    recent, before, days = sum(one.recent for one in ones), sum(one.before for one in ones), days_back(hours)
    earlier = "the day before" if days == 1 else f"{days} days before"
    number = f"{before:,}" if before else "none"
    return f"{name} jumped: {recent:,} failed in {_span(hours)}, {number} in the same hours {earlier}"


def _new(by_hour: list[int], now: datetime, limits: Thresholds) -> Iterator[Alert]:
    last = by_hour[0]
    if limits.critical_new_per_hour and last > limits.critical_new_per_hour:
        words = f"{last:,} jobs failed in the last hour (more than {limits.critical_new_per_hour:,})"
        yield Alert(CRITICAL, words, _last(1, now))
    elif limits.new_per_hour and limits.hours and min(by_hour[: limits.hours]) > limits.new_per_hour:
        each = _each(limits.hours)
        words = f"more than {limits.new_per_hour:,} jobs failed in {each} ({last:,} in the last one)"
        yield Alert(WARNING, words, _last(limits.hours, now))


def _total(total: int, limits: Thresholds) -> Iterator[Alert]:
    if limits.critical_total and total > limits.critical_total:
        yield Alert(CRITICAL, f"more than {limits.critical_total:,} failed jobs in all")


def _oldest(oldest: datetime | None, now: datetime, limits: Thresholds) -> Iterator[Alert]:
    if limits.oldest_days and oldest and now - oldest > timedelta(days=limits.oldest_days):
        age = f"is {(now - oldest).days:,} days old (more than {limits.oldest_days:,})"
        if isinstance(oldest, FarMoment):
            age = f"has the time {oldest}"
        before = utc_text(earlier(now, days=limits.oldest_days, microseconds=1))
        yield Alert(
            WARNING,
            f"the oldest failed job that nobody has requeued {age}",
            {"requeued": "no", "failed_before": before},
        )


def _constant(tasks: list[str], now: datetime, limits: Thresholds) -> Iterator[Alert]:
    if limits.task_hours and tasks:
        listed = tasks[:LISTED]
        others = len(listed) - NAMED
        which = ", ".join(tasks[:NAMED])
        if others > 0:
            which += f" and {others} other{'s' if others > 1 else ''}"
        if len(tasks) > LISTED:
            which = f"{len(listed)} tasks and more, the most often {which},"
        yield Alert(
            WARNING,
            f"{which} failed in {_each(limits.task_hours)}",
            {"task_identifier": listed, **_last(limits.task_hours, now)},
        )


def _last(hours: int, now: datetime) -> dict[str, str]:
    """The list's parameters for what was counted: what failed within the hours before `now`, whenever the list is opened."""
    return {"failed_after": utc_text(earlier(now, hours=hours) + INSTANT), "failed_before": utc_text(now)}


def _each(hours: int) -> str:
    return "the last hour" if hours == 1 else f"each of the last {hours} hours"


def _span(hours: int) -> str:
    return "the last hour" if hours == 1 else f"the last {hours} hours"
