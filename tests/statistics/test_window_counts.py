"""The live numbers are those of plain SQL, for random tables in odd time zones where clocks are turned.

Some entries are in patterns, some of them merged; some not yet, or not since they failed again or somebody turned failed_at back.
Counted by one process and by several.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.http import QueryDict
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dlq.models import BackfillDlq, EntryPattern, FailurePattern
from dlq.statistics.by_pattern import NO_PATTERN
from dlq.statistics.charts.heatmap import heatmap
from dlq.statistics.charts.links import Links
from dlq.statistics.counting import OTHERS, SERIES, WindowCounts, count_window
from dlq.statistics.dimension import Dimension
from dlq.statistics.dimensions import BY_NAME, DIMENSIONS
from dlq.statistics.statistics_query import StatisticsQuery
from dlq.statistics.window import Window
from tests.support.database import SCHEMA, sql, value

pytestmark = pytest.mark.django_db

TURNS = {
    "UTC": "2026-01-01T00:00Z",
    "Europe/Berlin": "2026-03-29T01:00Z",
    "America/New_York": "2026-11-01T06:00Z",
    "America/St_Johns": "2010-11-07T02:31Z",
    "America/Sao_Paulo": "2018-11-04T03:00Z",
    "Africa/Casablanca": "2026-02-15T02:00Z",
    "Antarctica/Troll": "2026-03-29T01:00Z",
    "Asia/Kathmandu": "2026-01-01T00:00Z",
    "Australia/Lord_Howe": "2026-04-04T15:00Z",
    "Pacific/Apia": "2011-12-30T10:00Z",
    "Pacific/Chatham": "2026-09-26T14:00Z",
}
"""Moments at which the zone's clock is turned (of those two that have none, any)."""

TASKS = ("send_email", "charge card", "", "-", "50%", "имя", "x" * 200, "a", "b", "c", "d")
PATTERNS = 5
MERGED = {3: 1, 4: 2}
"""Which of them became parts of which."""
PATTERN = f"""
    coalesce((SELECT coalesce(p.merged_into_id, p.id) FROM dlq_entrypattern s JOIN dlq_failurepattern p ON p.id = s.pattern_id
              WHERE s.entry_id = e.id AND s.failed_at = e.failed_at), {NO_PATTERN})
"""
Row = tuple[int, str, str, int, int, int, tuple[int | None, int]]

row = st.tuples(
    # Microseconds from the turn of the clock.
    st.one_of(
        st.integers(-8 * 10**11, 8 * 10**11), st.integers(-4 * 3600, 4 * 3600).map(lambda seconds: seconds * 10**6)
    ),
    st.sampled_from(TASKS),
    st.sampled_from(("", "default", "-", "bills")),
    st.sampled_from((-5, 0, 100_000)),
    st.integers(1, 20),
    st.integers(0, 2),
    # The pattern, and by how many microseconds the failure that was sorted differs from the entry's.
    st.tuples(st.sampled_from((None, *range(PATTERNS))), st.sampled_from((0, 0, 0, -(10**6), 1, 10**10))),
)


def fill(rows: list[Row], turn: datetime) -> None:
    sql(f"DELETE FROM {SCHEMA}.backfill_dlq")
    patterns = make_patterns(turn)
    for when, task, queue, priority, failures, requeues, (pattern, differs) in rows:
        moment = turn + timedelta(microseconds=when)
        entry = value(
            f"INSERT INTO {SCHEMA}.backfill_dlq (failed_at, task_identifier, queue_name, priority, failure_count,"
            " requeued_count, payload, failure_reason) VALUES (%s, %s, %s, %s, %s, %s, '{}', '') RETURNING id",
            moment, task, queue, priority, failures, requeues,
        )  # fmt: skip
        if pattern is not None:
            sorted_at = moment + timedelta(microseconds=differs)
            EntryPattern.objects.create(entry_id=entry, pattern_id=patterns[pattern], failed_at=sorted_at, version=1)


def make_patterns(turn: datetime) -> list[int]:
    """First seen at different times around the turn."""
    EntryPattern.objects.all().delete()
    FailurePattern.objects.all().delete()
    patterns = FailurePattern.objects.bulk_create(
        FailurePattern(
            task_identifier="a",
            version=1,
            fingerprint=str(number),
            title=f"cause {number}",
            sample_is_json=False,
            sample_entry_id=1,
            first_seen=turn + timedelta(days=4 * number - 8),
            last_seen=turn + timedelta(days=20),
        )
        for number in range(PATTERNS)
    )
    keys = [pattern.pk for pattern in patterns]
    for part, whole in MERGED.items():
        FailurePattern.objects.filter(pk=keys[part]).update(merged_into=keys[whole])
    return keys


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(row, max_size=40),
    zone=st.sampled_from(sorted(TURNS)),
    length=st.sampled_from(("1h", "24h", "7d", "30d", "own")),
    behind=st.integers(0, 10 * 24 * 3600),
    by=st.sampled_from(sorted(BY_NAME)),
    processes=st.sampled_from((0, 2)),
)
def test_numbers_are_those_of_sql_when_the_table_is_random(
    rows: list[Row], zone: str, length: str, behind: int, by: str, processes: int
) -> None:
    sql(f"SET LOCAL parallel_setup_cost = 0; SET LOCAL max_parallel_workers_per_gather = {processes}")
    turn = datetime.fromisoformat(TURNS[zone])
    fill(rows, turn)
    days = {"1h": 1 / 24, "24h": 1, "7d": 7, "30d": 30, "own": 100.5}[length]
    window = Window.ending(turn + timedelta(seconds=behind), timedelta(days=days))
    place = ZoneInfo(zone)
    counted = count_window(BackfillDlq.objects.all(), window, window.slots(place), BY_NAME[by], most=100)
    check_lines(counted)
    check_slots(counted)
    if window.has_heat:
        check_heat(counted, place)


def check_lines(counted: WindowCounts) -> None:
    window = counted.window
    bounds = (window.start, window.end, window.previous_start, window.start)
    numbers = f"""
        SELECT {{name}}, count(*) FILTER (WHERE now), sum(failure_count) FILTER (WHERE now), max(failed_at) FILTER (WHERE now),
               count(*) FILTER (WHERE now AND requeued_count > 0),
               min(failed_at) FILTER (WHERE now AND requeued_count = 0),
               count(*) FILTER (WHERE before), count(*) FILTER (WHERE before AND requeued_count > 0)
        FROM (SELECT *, failed_at BETWEEN %s AND %s AS now, failed_at >= %s AND failed_at < %s AS before
              FROM {SCHEMA}.backfill_dlq) e
        {{group}}
    """
    ((_none, *total),) = sql(numbers.format(name="NULL", group=""), *bounds)
    line = counted.total
    assert values_of(line) == [value or 0 if number not in (2, 4) else value for number, value in enumerate(total)]
    for dimension in DIMENSIONS:
        found = sql(numbers.format(name=f"({column_of(dimension)})::text", group="GROUP BY 1"), *bounds)
        expected = {name: list(rest) for name, *rest in found if rest[0]}
        values = counted.values[dimension.name]
        assert {line.value: values_of(line) for line in values.lines} == expected
        assert values.number == len(expected.keys() - {dimension.nothing})
        assert values.number_previous == sum(bool(rest[5]) for name, *rest in found if name != dimension.nothing)
        assert (values_of(values.left_out) if values.left_out else None) == expected.get(dimension.nothing)
        sizes = [line.entries for line in values.lines]
        assert sizes == sorted(sizes, reverse=True)
    patterns = [int(line.value) for line in counted.values["pattern"].named]
    new = FailurePattern.objects.filter(pk__in=patterns, first_seen__gte=window.start)
    assert counted.values["pattern"].new == new.count()


def column_of(dimension: Dimension) -> str:
    return PATTERN if dimension.name == "pattern" else dimension.name


def values_of(line: Any) -> list[Any]:
    return [
        line.entries, line.failures, line.newest, line.requeued, line.oldest_waiting, line.entries_previous,
        line.requeued_previous,
    ]  # fmt: skip


def check_slots(counted: WindowCounts) -> None:
    named = [line.value for line in counted.values[counted.stacked.name].lines[:SERIES]]
    for slot, numbers in zip(counted.slots, counted.by_slot, strict=True):
        found = Counter(
            dict(
                sql(
                    f"SELECT ({column_of(counted.stacked)})::text, count(*) FROM {SCHEMA}.backfill_dlq e"
                    " WHERE failed_at >= %s AND failed_at <= %s GROUP BY 1",
                    slot.start,
                    slot.last,
                )
            )
            if sum(numbers)
            else {}
        )
        assert numbers[: len(named)] == [found.pop(value, 0) for value in named]
        assert numbers[OTHERS] == found.total()
    assert sum(map(sum, counted.by_slot)) == counted.total.entries


def check_heat(counted: WindowCounts, zone: ZoneInfo) -> None:
    with timezone.override(zone):
        asked = StatisticsQuery.of(QueryDict(), datetime(2026, 1, 1, tzinfo=UTC))
        chart = heatmap(counted, Links(asked))
    shown = {(day, cell.hour): cell.count for day, row in enumerate(chart.rows, 1) for cell in row.cells if cell.count}
    assert shown == {
        (int(day), int(hour)): number
        for day, hour, number in sql(
            f"SELECT extract(isodow FROM failed_at AT TIME ZONE %s), extract(hour FROM failed_at AT TIME ZONE %s), count(*)"
            f" FROM {SCHEMA}.backfill_dlq WHERE failed_at BETWEEN %s AND %s GROUP BY 1, 2",
            zone.key, zone.key, counted.window.start, counted.window.end,
        )
    }  # fmt: skip
