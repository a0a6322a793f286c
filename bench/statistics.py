"""The statistics page against one plain GROUP BY over the same window, on a table ten times as large, and its snapshots.

All entries of both tables are sorted into failure patterns, so that counting by them costs what it costs.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from django.db import connection
from django.http import QueryDict

from bench.figures import Figure, milliseconds
from bench.fill import DAYS, ROWS, fill_as_a_busy_day_does
from bench.patterns import BUDGET
from bench.timing import medians, seconds_of
from dlq.caretaker.duties import DUTIES, PeriodicDuty
from dlq.caretaker.rounds import Caretaker
from dlq.db.statements import database_now, execute, rows
from dlq.models import EntryPattern
from dlq.monitoring import snapshot
from dlq.patterns.classifier import classify
from dlq.statistics.charts.links import Links
from dlq.statistics.charts.panels import panels
from dlq.statistics.statistics_query import StatisticsQuery
from dlq.table.location import TABLE

ROUNDS = 9
MOST_TIMES_PLAIN, MOST_TIMES_SMALL = 3.0, 1.5
TIMES_SMALLER = 10
SMALL = TABLE.db_table.replace(TABLE.name, "small_dlq")
OWN = ("entrypattern", "failurepattern", "coarsekey", "patternhour", "requeuepattern", "sortingstate")
"""Our own tables about what is sorted into patterns, without their prefix."""
PLAIN = f"""
    SELECT date_trunc('hour', failed_at), task_identifier, queue_name, count(*)
    FROM {TABLE.db_table}
    WHERE failed_at >= %(start)s AND failed_at <= %(end)s
    GROUP BY 1, 2, 3
"""
SHORTEST_INTERVAL = 8.0
"""Seconds: the other duties may hold the caretaker up for two."""
LOOKS = 0.05
"""Seconds between two looks at the newest snapshot."""


def measure() -> list[Figure]:
    _sort(ROWS)
    return [*_against_plain_sql(), *_against_a_smaller_table(), _age_of_snapshots()]


def _all_panels(window: str, by: str = "task_identifier") -> dict[str, Any]:
    asked = StatisticsQuery.of(QueryDict(f"window={window}&by={by}"), database_now())
    return panels(asked, Links(asked), with_operations=True)


def _against_plain_sql() -> Iterator[Figure]:
    window = StatisticsQuery.of(QueryDict("window=7d"), database_now()).window
    times = medians(
        {
            "plain": lambda: rows(PLAIN, {"start": window.start, "end": window.end}),
            "panels": lambda: _all_panels("7d"),
            "by pattern": lambda: _all_panels("7d", "pattern"),
        },
        ROUNDS,
    )
    yield Figure("GROUP BY hour, task, queue over 7 days", milliseconds(times["plain"]), "1.0 x")
    names = {"panels": "all live 7-day panels", "by pattern": "the same, bars over time stacked by failure pattern"}
    for key, name in names.items():
        ratio = times[key] / times["plain"]
        yield Figure(
            name,
            milliseconds(times[key]),
            f"{ratio:.2f} x",
            f"at most {MOST_TIMES_PLAIN:g} x",
            ratio <= MOST_TIMES_PLAIN,
        )


def _against_a_smaller_table() -> Iterator[Figure]:
    """A day of both, which has as many entries in the one as in the other."""
    execute(f"CREATE TABLE {SMALL} (LIKE {TABLE.db_table} INCLUDING ALL)")
    for name in OWN:
        execute(f"CREATE TABLE small_{name} (LIKE dlq_{name} INCLUDING ALL)")
    fill_as_a_busy_day_does(SMALL, ROWS // TIMES_SMALLER, DAYS // TIMES_SMALLER)

    def small() -> None:
        with connection.execute_wrapper(_on_the_small_table):
            _all_panels("24h")

    with connection.execute_wrapper(_on_the_small_table):
        _sort(ROWS // TIMES_SMALLER)
    times = medians({"small": small, "large": lambda: _all_panels("24h")}, ROUNDS)
    execute(f"DROP TABLE {SMALL}, {', '.join(f'small_{name}' for name in OWN)}")
    ratio = times["large"] / times["small"]
    name = f"all live panels of a day, {ROWS // TIMES_SMALLER:,} entries over {DAYS // TIMES_SMALLER} days"
    yield Figure(name, milliseconds(times["small"]), "1.0 x")
    yield Figure(
        f"the same, {ROWS:,} over {DAYS}",
        milliseconds(times["large"]),
        f"{ratio:.2f} x",
        f"at most {MOST_TIMES_SMALL:g} x",
        ratio <= MOST_TIMES_SMALL,
    )


def _on_the_small_table(run: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """An execute_wrapper under which the models stand for the other table and what is recorded of it."""
    own = re.sub(rf"\bdlq_({'|'.join(OWN)})\b", r"small_\1", sql)
    return run(own.replace(TABLE.db_table, SMALL), params, many, context)


def _sort(number: int) -> None:
    """Sort all entries in, and tidy up as autovacuum does sooner or later."""
    classify(BUDGET)
    if (sorted_in := EntryPattern.objects.count()) != number:
        raise AssertionError(f"{sorted_in} of {number} entries were sorted")
    execute("VACUUM (ANALYZE) dlq_entrypattern, dlq_failurepattern, dlq_patternhour")


def _age_of_snapshots() -> Figure:
    """The oldest that anybody sees while a caretaker does all its duties, its interval scaled to the time that counting takes."""
    every = max(4 * seconds_of(snapshot.count_the_table), SHORTEST_INTERVAL)
    promised = every * snapshot.OLDEST_SECONDS / snapshot.EVERY_SECONDS
    duties = tuple(
        PeriodicDuty(duty.name, every, duty.do) if duty.do is snapshot.count_the_table else duty for duty in DUTIES
    )
    ended = threading.Event()
    worker = threading.Thread(target=_look_after, args=(Caretaker(duties).round, ended))
    worker.start()
    oldest, until = 0.0, time.monotonic() + 3 * every
    time.sleep(every / 2)
    while time.monotonic() < until:
        newest = snapshot.newest_snapshot()
        if newest is None:
            raise AssertionError("the caretaker has taken no snapshot")
        oldest = max(oldest, (database_now() - newest.as_of).total_seconds())
        time.sleep(LOOKS)
    ended.set()
    worker.join()
    return Figure(
        f"oldest snapshot seen, caretaker counts every {every:.1f} s",
        f"{oldest:.1f} s",
        f"{oldest / promised:.2f} of the interval",
        "at most 1",
        oldest <= promised,
    )


def _look_after(round_: Callable[[], object], ended: threading.Event) -> None:
    try:
        while not ended.wait(LOOKS):
            round_()
    finally:
        connection.close()
