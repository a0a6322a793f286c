"""/metrics: off without a token, refused without the right one, and then the numbers of plain SQL under the library's names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from prometheus_client.parser import text_string_to_metric_families

from dlq.monitoring.snapshot import take_snapshot
from tests.support.database import SCHEMA, another_connection, sql, value
from tests.support.entries import add_entries, add_entry
from tests.support.operations import operate, requeue

pytestmark = pytest.mark.django_db

TOKEN = "a token"
RULES = Path(__file__).resolve().parents[2] / "docs" / "alerts.yml"
Samples = dict[tuple[str, str], float]


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def scraper(settings: object) -> Client:
    settings.DLQ_METRICS_TOKEN = TOKEN  # type: ignore[attr-defined]
    return Client(headers={"authorization": f"Bearer {TOKEN}"})


def scrape(client: Client) -> Samples:
    """Each sample by its name and the value of its only label."""
    response = client.get("/metrics")
    assert response.status_code == 200
    families = text_string_to_metric_families(response.content.decode())
    return {
        (sample.name, next(iter(sample.labels.values()), "")): sample.value
        for family in families
        for sample in family.samples
    }


def test_there_is_no_such_page_when_no_token_is_configured(client: Client) -> None:
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"authorization": "Bearer "}).status_code == 404


@pytest.mark.parametrize("given", [None, "Bearer", "Bearer wrong", TOKEN, f"Basic {TOKEN}", "Bearer ä"])
def test_nothing_is_told_when_the_token_is_missing_or_wrong(
    client: Client, settings: object, given: str | None
) -> None:
    settings.DLQ_METRICS_TOKEN = TOKEN  # type: ignore[attr-defined]
    add_entry(task_identifier="secret_task")
    response = client.get("/metrics", headers={"authorization": given} if given else {})
    assert response.status_code == 401
    assert b"secret_task" not in response.content


def test_numbers_are_those_of_sql_when_scraped(scraper: Client) -> None:
    add_entries(7, task_identifier="'task ' || n % 3", failed_at="now() - n * interval '20 minutes'")
    hostile = 'evil"\n\\{x="y"} 1'
    first, second, third = (add_entry(task_identifier=hostile) for _number in range(3))
    requeue(first, second)
    sql("UPDATE dlq_requeue SET outcome = CASE entry_id WHEN %s THEN 'recovered' ELSE 'failed_again' END", first)
    operate("delete", [third])
    found = scrape(scraper)
    tasks = sql(f"SELECT task_identifier, count(*) FROM {SCHEMA}.backfill_dlq GROUP BY 1")
    assert {task: number for (name, task), number in found.items() if name == "backfill_dlq_size" and task} == dict(
        tasks
    )
    assert found["backfill_dlq_size", ""] == value(f"SELECT count(*) FROM {SCHEMA}.backfill_dlq") == 9
    assert found["backfill_admin_new_last_hour", ""] == value(
        f"SELECT count(*) FROM {SCHEMA}.backfill_dlq WHERE failed_at > now() - interval '1 hour'"
    )
    assert 140 * 60 <= found["backfill_admin_oldest_age_seconds", ""] < 141 * 60
    assert found["backfill_admin_jobs_requeued_total", ""] == 2
    assert found["backfill_admin_jobs_deleted_total", ""] == 1
    assert found["backfill_admin_requeues", "recovered"] == 1
    assert found["backfill_admin_requeues", "failed_again"] == 1
    assert found["backfill_admin_scrape_complete", ""] == 1


def test_numbers_are_zero_when_the_table_is_empty(scraper: Client) -> None:
    found = scrape(scraper)
    assert found["backfill_dlq_size", ""] == found["backfill_admin_oldest_age_seconds", ""] == 0


def test_database_is_asked_once_when_scraped_twice(scraper: Client) -> None:
    first = scrape(scraper)
    add_entry()
    with CaptureQueriesContext(connection) as queries:
        assert scrape(scraper) == first
    assert len(queries) == 0


def test_newest_snapshot_is_told_when_the_table_is_slow_to_count(scraper: Client) -> None:
    add_entry()
    take_snapshot()
    sql("UPDATE dlq_tablesnapshot SET seconds = 3, as_of = now() - interval '2 minutes'")
    add_entry()
    found = scrape(scraper)
    assert found["backfill_dlq_size", ""] == 1
    assert found["backfill_admin_size_as_of_timestamp_seconds", ""] == pytest.approx(
        value("SELECT extract(epoch FROM now() - interval '2 minutes')::float8")
    )


@pytest.mark.django_db(transaction=True)
def test_scrape_says_that_it_is_incomplete_when_counting_takes_too_long(scraper: Client, settings: object) -> None:
    settings.DLQ_STATEMENT_TIMEOUT = 0.2  # type: ignore[attr-defined]
    with another_connection() as other:
        other.execute(f"LOCK TABLE {SCHEMA}.backfill_dlq IN ACCESS EXCLUSIVE MODE")
        found = scrape(scraper)
    assert found == {("backfill_admin_scrape_complete", ""): 0}


def test_each_metric_exists_when_the_example_rules_name_it(scraper: Client) -> None:
    add_entry()
    named = set(re.findall(r"\bbackfill_(?:dlq|admin)_\w+", RULES.read_text()))
    assert named
    assert named <= {name for name, _label in scrape(scraper)}


def test_age_is_that_of_the_oldest_that_nobody_requeued(scraper: Client) -> None:
    add_entry(failed_at="2020-01-01 00:00+00", requeued_count=1)
    add_entry(failed_at=value("SELECT now() - interval '2 hours'"))
    assert 7200 <= scrape(scraper)["backfill_admin_oldest_age_seconds", ""] < 7260


def test_only_what_means_the_same_has_the_librarys_name(scraper: Client) -> None:
    add_entry()
    names = {name for name, _label in scrape(scraper)}
    assert {name for name in names if not name.startswith("backfill_admin_")} == {"backfill_dlq_size"}


def test_size_is_counted_once_by_the_example_when_the_library_is_scraped_too() -> None:
    """Its samples have the same name: whoever adds them up has each failed job twice."""
    sizes = [line for line in RULES.read_text().splitlines() if "backfill_dlq_size{" in line]
    assert sizes
    assert all("max(backfill_dlq_size{" in line for line in sizes)
