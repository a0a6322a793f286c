"""On a large table a column sorts through an index, or is not offered, and the page says so."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client

from tests.support.database import SCHEMA, sql
from tests.support.entries import add_entries
from tests.support.large import make_large
from tests.support.pages import LIST, Page, get, text_of

pytestmark = pytest.mark.django_db

ALL = {"Failed job", "Queue", "Failures", "Failed at", "Requeues"}


def sortable(page: Page) -> set[str]:
    return {
        text_of(link)
        for header in page.one("table", id="result_list").iter("th")
        for link in header.iter("a")
        if "o=" in link.get("href", "") and text_of(link)
    }


def test_every_column_sorts_when_the_table_is_small(boss: Client) -> None:
    add_entries(5)
    page = get(boss, LIST)
    assert sortable(page) == ALL
    assert "too large to be sorted" not in page.text


def test_columns_without_an_index_are_not_offered_when_the_table_is_large(
    boss: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_entries(5)
    make_large(monkeypatch)
    page = get(boss, LIST)
    assert sortable(page) == {"Failed job", "Failed at"}
    assert (
        "The table is too large to be sorted by Queue, Failures, Requeues, which no index gives in order." in page.text
    )


def test_column_is_offered_when_its_index_is_made(boss: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    entries = add_entries(30, queue_name="'q' || n % 3")
    sql(f"CREATE INDEX ON {SCHEMA}.backfill_dlq (queue_name, id)")
    make_large(monkeypatch)
    assert sortable(get(boss, LIST)) == {"Failed job", "Failed at", "Queue"}
    expected = sql(f"SELECT id FROM {SCHEMA}.backfill_dlq ORDER BY queue_name DESC, id DESC")
    assert get(boss, LIST, o="-3").entries == [entry for (entry,) in expected]
    assert len(entries) == 30


@pytest.mark.parametrize(
    "definition", ["(queue_name, id DESC)", "(queue_name, id) WHERE queue_name <> ''", "(id, queue_name)"]
)
def test_column_is_not_offered_when_its_index_gives_another_order(
    boss: Client, monkeypatch: pytest.MonkeyPatch, definition: str
) -> None:
    add_entries(5)
    sql(f"CREATE INDEX ON {SCHEMA}.backfill_dlq {definition}")
    make_large(monkeypatch)
    assert "Queue" not in sortable(get(boss, LIST))


def test_list_stands_by_time_and_says_why_when_an_address_asks_for_an_order_that_is_not_offered(
    boss: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = add_entries(20, failure_count="n")
    make_large(monkeypatch)
    page = get(boss, LIST, o="4")
    assert page.entries == entries
    assert "The list can’t be sorted by Failures" in page.text


def plans_of(client: Client, **query: str) -> list[str]:
    """How PostgreSQL reads the entries for this page, statement by statement."""
    plans: list[str] = []

    def explain(execute: Any, statement: str, parameters: Any, many: bool, context: dict[str, Any]) -> Any:
        if 'FROM "graphile_worker"' in statement and "ORDER BY" in statement and not statement.startswith("EXPLAIN"):
            context["cursor"].execute(f"EXPLAIN {statement}", parameters)
            plans.append(" ".join(line for (line,) in context["cursor"].fetchall()))
        return execute(statement, parameters, many, context)

    with connection.execute_wrapper(explain):
        assert get(client, LIST, **query).status == 200
    return plans


@pytest.mark.parametrize("query", [{"status": "any"}, {"q": "needle"}])
def test_no_rows_are_sorted_when_very_many_failed_at_the_same_moment(
    boss: Client, monkeypatch: pytest.MonkeyPatch, query: dict[str, str]
) -> None:
    """PostgreSQL would take the library's index on failed_at alone, which is narrower, and sort all those of one moment."""
    add_entries(2_000)
    make_large(monkeypatch, seconds=2)
    add_entries(4_000, failed_at="now() + interval '1 minute'")
    plans = plans_of(boss, **query)
    assert plans
    for plan in plans:
        assert "Incremental Sort" not in plan


def test_librarys_index_serves_the_list_when_ours_is_missing(boss: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    sql(f"DROP INDEX {SCHEMA}.idx_backfill_dlq_failed_at_id")
    add_entries(3_000)
    make_large(monkeypatch)
    (plan,) = plans_of(boss, status="any")
    assert "Incremental Sort" in plan
    assert "idx_backfill_dlq_failed_at" in plan
