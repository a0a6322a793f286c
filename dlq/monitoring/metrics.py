"""The dead letter queue for Prometheus, read from the database at scrape time.

`backfill_dlq_size` is the library's: the same name, type and meaning. What the library has not, or means otherwise, is
`backfill_admin_…`, so that both can be scraped.

Counters in a process's memory would differ from one web process to the next and forget at each restart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from dlq.conf import conf
from dlq.db.limits import TimedOut, time_limit
from dlq.db.statements import dicts
from dlq.models import DutyRun, TableSnapshot
from dlq.models.entry_status import superseded
from dlq.monitoring.recovery_of_all import recovery_of_all
from dlq.monitoring.snapshot import TASKS, newest_snapshot
from dlq.monitoring.totals import TableTotals, count_table
from dlq.outcomes.recovery_rate import ENDS
from dlq.table.location import TABLE

LIVE_SECONDS = 0.5
"""A table that takes longer to count is told by its newest snapshot: scrapes come several times a minute."""


def exposition() -> bytes:
    """The text that Prometheus reads. What could not be counted within the statement timeout is left out of it."""
    registry = CollectorRegistry()
    registry.register(DlqCollector())
    return generate_latest(registry)


class DlqCollector(Collector):
    def collect(self) -> Iterator[Metric]:
        complete = True
        for read in (_sizes, _activity, _caretaker):
            try:
                with time_limit(conf.STATEMENT_TIMEOUT):
                    metrics = list(read())
            except TimedOut:
                complete = False
            else:
                yield from metrics
        yield _gauge("backfill_admin_scrape_complete", "Whether everything could be counted in time.", complete)


def _sizes() -> Iterator[Metric]:
    counted = _totals()
    size = GaugeMetricFamily("backfill_dlq_size", f"Entries in all, and of the {TASKS} largest tasks.", labels=["task"])
    # The library writes the total under the same name, without the label.
    size.add_sample("backfill_dlq_size", {}, counted.total_jobs)
    for task, number in counted.task_breakdown:
        size.add_metric([task], number)
    yield size
    as_of = counted.as_of.timestamp()
    yield _gauge("backfill_admin_size_as_of_timestamp_seconds", "When the table was counted.", as_of)
    oldest = counted.oldest_not_requeued
    age = max((counted.as_of - oldest).total_seconds(), 0.0) if oldest else 0.0
    yield _gauge("backfill_admin_oldest_age_seconds", "Age of the oldest entry that nobody has requeued.", age)


def _totals() -> TableTotals | TableSnapshot:
    snapshot = newest_snapshot()
    return snapshot if snapshot and snapshot.seconds > LIVE_SECONDS else count_table(TABLE, tasks=TASKS)


def _activity() -> Iterator[Metric]:
    (found,) = dicts(TABLE.statement("monitoring/metrics", superseded=superseded("e")))
    yield _gauge("backfill_admin_new_last_hour", "Entries that failed within the last hour.", found["new_in_hour"])
    for name, meaning in (
        ("requeued", "Entries requeued through backfill-admin."),
        ("deleted", "Entries deleted through backfill-admin."),
    ):
        yield CounterMetricFamily(f"backfill_admin_jobs_{name}", meaning, value=found[name])
    ended = GaugeMetricFamily("backfill_admin_requeues", "Requeues made here, by how they ended.", labels=["outcome"])
    ends = recovery_of_all()
    for end in ENDS:
        ended.add_metric([end.value], getattr(ends, end.value))
    yield ended


def _caretaker() -> Iterator[Metric]:
    runs = list(DutyRun.objects.order_by("duty"))
    values: tuple[tuple[str, str, Callable[[DutyRun], float]], ...] = (
        ("last_run_timestamp_seconds", "When a caretaker did this duty last.", lambda run: run.began_at.timestamp()),
        ("seconds", "How long its last run took.", lambda run: run.seconds),
        ("failures", "How often in a row it has failed.", lambda run: run.failures),
    )
    for name, meaning, value in values:
        family = GaugeMetricFamily(f"backfill_admin_caretaker_duty_{name}", meaning, labels=["duty"])
        for run in runs:
            family.add_metric([run.duty], value(run))
        yield family


def _gauge(name: str, meaning: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, meaning, value=value)
