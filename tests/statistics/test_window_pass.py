"""The window and the period before it are counted in one pass over their entries."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from dlq.models import BackfillDlq
from dlq.statistics.counting import PLANNER_SETTINGS, WindowCounts, count_window
from dlq.statistics.dimensions import BY_NAME, DIMENSIONS
from dlq.statistics.window import INSTANT, Window
from tests.support.database import SCHEMA, sql, value
from tests.support.entries import add_entries, add_entry
from tests.support.patterns import group_everything

pytestmark = pytest.mark.django_db

WINDOW = Window.ending(datetime(2026, 3, 29, 12, 34, 56, 789_012, tzinfo=UTC), timedelta(days=7, microseconds=3))


def counted(window: Window = WINDOW) -> WindowCounts:
    return count_window(BackfillDlq.objects.all(), window, window.slots(UTC), BY_NAME["task_identifier"], most=10)


def test_entries_are_counted_once_when_they_are_on_the_edges() -> None:
    slots = WINDOW.slots(UTC)
    edges = [
        WINDOW.previous_start,
        WINDOW.start - INSTANT,
        *(edge for slot in slots for edge in (slot.start, slot.last)),
    ]
    for moment in (*edges, WINDOW.end + INSTANT, WINDOW.previous_start - INSTANT):
        add_entry(failed_at=moment)
    group_everything()
    found = counted()
    number = 2 * len(slots)
    assert (found.total.entries, found.total.entries_previous) == (number, 2)
    assert [sum(numbers) for numbers in found.by_slot] == [2] * len(slots)
    pattern = found.values["pattern"]
    assert (pattern.lines[0].entries, pattern.lines[0].entries_previous, pattern.left_out) == (number, 2, None)


def plan_of_counting() -> str:
    """How PostgreSQL reads and counts the entries."""
    plans: list[str] = []

    def explain(run: Callable[..., Any], query: str, parameters: Any, many: bool, context: dict[str, Any]) -> Any:
        if "width_bucket" in query:
            run(f"EXPLAIN {query}", parameters, many, context)
            plans.extend(line for (line,) in context["cursor"].fetchall())
        return run(query, parameters, many, context)

    with connection.execute_wrapper(explain):
        counted()
    plan = "\n".join(plans)
    return plan[plan.index("CTE counted") : plan.index("CTE named")]


@pytest.fixture
def _many_entries() -> None:
    add_entries(
        300,
        failed_at=f"'{WINDOW.end.isoformat()}'::timestamptz - n * interval '1 minute'",
        task_identifier="'task ' || n % 20",
    )
    group_everything()
    sql(f"ANALYZE {SCHEMA}.backfill_dlq, dlq_entrypattern, dlq_chainlife")


@pytest.mark.usefixtures("_many_entries")
def test_entries_are_read_once_and_never_sorted_when_they_are_counted() -> None:
    counting = plan_of_counting()
    assert counting.count("on backfill_dlq") == 1
    assert counting.count("Hash Key") == len(DIMENSIONS)
    assert "Sort" not in counting


@pytest.mark.usefixtures("_many_entries")
def test_several_processes_read_when_starting_them_is_worth_it() -> None:
    assert "Gather" not in plan_of_counting()
    for setting in ("parallel_setup_cost", "min_parallel_index_scan_size", "min_parallel_table_scan_size"):
        sql(f"SET LOCAL {setting} = 0")
    counting = plan_of_counting()
    assert counting.count("on backfill_dlq") == 1
    assert re.search(r"Parallel [\w ]+ on backfill_dlq", counting)


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
    sql("GRANT SELECT ON dlq_entrypattern, dlq_failurepattern, dlq_chainlife TO reader; SET LOCAL ROLE reader")
    assert value("SELECT current_user") == "reader"
    assert counted().total.entries == 1
