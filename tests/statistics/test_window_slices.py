"""The window is counted in slices that PostgreSQL's processes share: together they are the window, whoever counts them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection

from dlq.models import BackfillDlq
from dlq.statistics.counting import PLANNER_SETTINGS, SLICES, WindowCounts, count_window
from dlq.statistics.dimensions import BY_NAME
from dlq.statistics.window import INSTANT, Window, slices
from tests.support.database import SCHEMA, sql, value
from tests.support.entries import add_entry
from tests.support.patterns import group_everything

pytestmark = pytest.mark.django_db

WINDOW = Window.ending(datetime(2026, 3, 29, 12, 34, 56, 789_012, tzinfo=UTC), timedelta(days=7, microseconds=3))


def counted(window: Window = WINDOW) -> WindowCounts:
    return count_window(BackfillDlq.objects.all(), window, window.slots(UTC), BY_NAME["task_identifier"], most=10)


def test_entries_are_counted_once_when_they_are_on_the_edges_of_slices() -> None:
    edges = [
        moment
        for start, end in ((WINDOW.start, WINDOW.end), (WINDOW.previous_start, WINDOW.start - INSTANT))
        for stretch in slices(start, end, SLICES)
        for moment in (stretch.start, stretch.last)
    ]
    assert len(edges) == 4 * SLICES
    for moment in (*edges, WINDOW.end + INSTANT, WINDOW.previous_start - INSTANT):
        add_entry(failed_at=moment)
    group_everything()
    found = counted()
    assert (found.total.entries, found.total.entries_previous) == (2 * SLICES, 2 * SLICES)
    pattern = found.values["pattern"]
    assert (pattern.lines[0].entries, pattern.lines[0].entries_previous, pattern.left_out) == (
        2 * SLICES,
        2 * SLICES,
        None,
    )


@pytest.mark.parametrize("length", [0, 1, 2, 3, 4, 5, 9, 10**12])
def test_slices_follow_each_other_when_the_time_is_of_any_length(length: int) -> None:
    parts = slices(WINDOW.start, WINDOW.start + length * INSTANT, SLICES)
    assert parts[0].start == WINDOW.start
    assert parts[-1].last == WINDOW.start + length * INSTANT
    assert all(before.last + INSTANT == after.start for before, after in pairwise(parts))


def plan_of(act: Callable[[], object]) -> str:
    """How PostgreSQL answers the statement of the window."""
    plans: list[str] = []

    def explain(run: Callable[..., Any], query: str, parameters: Any, many: bool, context: dict[str, Any]) -> Any:
        if "width_bucket" in query:
            run(f"EXPLAIN {query}", parameters, many, context)
            plans.extend(line for (line,) in context["cursor"].fetchall())
        return run(query, parameters, many, context)

    with connection.execute_wrapper(explain):
        act()
    return "\n".join(plans)


def test_slices_are_the_work_of_several_processes_when_starting_them_is_worth_it() -> None:
    add_entry()
    assert "Parallel Append" not in plan_of(counted)
    sql("SET LOCAL parallel_setup_cost = 0")
    plan = plan_of(counted)
    assert "Parallel Append" in plan
    assert plan.count("Gather") == 1


def test_settings_are_as_before_when_the_window_was_counted() -> None:
    names = list(PLANNER_SETTINGS)
    query = f"SELECT {', '.join(f'current_setting({name!r})' for name in names)}"
    before = sql(query)
    counted()
    assert sql(query) == before


def test_window_is_counted_when_the_role_may_only_read() -> None:
    add_entry(failed_at=WINDOW.end)
    sql(
        f"CREATE ROLE reader; GRANT USAGE ON SCHEMA {SCHEMA} TO reader; GRANT SELECT ON {SCHEMA}.backfill_dlq TO reader"
    )
    sql("GRANT SELECT ON dlq_entrypattern, dlq_failurepattern TO reader; SET LOCAL ROLE reader")
    assert value("SELECT current_user") == "reader"
    assert counted().total.entries == 1
