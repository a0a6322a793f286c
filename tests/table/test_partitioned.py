"""A table partitioned by failed_at works as a plain one does: pages, operations, trash, indexes."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO

import pytest
from django.core.checks import run_checks
from django.core.management import call_command
from django.test import Client

from dlq.table.index_advice import advice
from dlq.table.indexes import table_state
from dlq.table.init import init_dlq
from dlq.table.location import TABLE
from dlq.table.lock_limit import RESET_LIMIT, SET_LIMIT
from tests.support.database import SCHEMA, sql, value
from tests.support.entries import add_entries, add_entry, ids, text_of
from tests.support.jobs import add_job, exhaust, jobs
from tests.support.large import analyze, make_large
from tests.support.operations import operate
from tests.support.pages import LIST, STATISTICS, Page, entry_url, get, history_url
from tests.support.partitions import partition_table

OVER_MONTHS = "timestamptz '2026-03-20 00:00 UTC' - n * interval '8 hours'"


@pytest.fixture
def partitioned(db: None) -> None:
    partition_table()
    init_dlq(TABLE)


@pytest.mark.usefixtures("partitioned")
def test_checks_tell_only_what_such_a_table_can_not_have_when_init_dlq_made_its_indexes() -> None:
    found = [message for message in run_checks(databases=["default"]) if str(message.id).startswith("dlq.")]
    assert [(message.id, str(message.hint)[:53]) for message in found] == [
        ("dlq.W005", "A table partitioned by failed_at can’t have one: move")
    ]


@pytest.mark.usefixtures("partitioned")
def test_unique_key_is_left_out_with_a_sentence_when_the_table_is_partitioned() -> None:
    (sentence,) = init_dlq(TABLE)
    assert "a partitioned table can't have one" in sentence
    assert all(index.is_there for index in advice(TABLE) if index.wanted.kind != "optional")


@pytest.mark.usefixtures("partitioned")
def test_pages_cover_every_row_once_when_it_spans_partitions(boss: Client) -> None:
    entries = add_entries(250, failed_at=OVER_MONTHS)
    found, address = [], ""
    while True:
        page = Page.of(boss.get(f"{LIST}{address}"))
        found += page.entries
        if not page.links("Next ›"):
            break
        address = page.links("Next ›")[0]
    assert found == entries
    assert get(boss, LIST, at="2026-02-01T00:00").entries == entries[140:240]


@pytest.mark.usefixtures("partitioned")
def test_every_page_opens_when_the_table_is_partitioned(boss: Client) -> None:
    entry = add_entry(failed_at="2026-02-03 00:00+00")
    add_entries(30, failed_at=OVER_MONTHS)
    addresses = [LIST, STATISTICS, entry_url(entry), history_url(entry)]
    addresses += [
        f"{LIST}{page}" for page in ("count/", "breakdown/", "values/?of=task_identifier", "indexes/", "export/")
    ]
    for address in addresses:
        assert boss.get(address).status_code == 200, address
    assert "31 failed jobs" in get(boss, f"{LIST}count/").text
    assert "partitioned" in get(boss, f"{LIST}indexes/").text


@pytest.mark.usefixtures("partitioned")
def test_search_goes_piece_by_piece_when_it_spans_partitions(boss: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    entries = add_entries(
        200, failed_at=OVER_MONTHS, failure_reason="CASE WHEN n % 70 = 7 THEN 'needle' ELSE 'hay' END"
    )
    make_large(monkeypatch)
    first = get(boss, LIST, q="needle")
    assert first.entries == [entries[6]]
    assert table_state(TABLE).estimated_rows == 200
    rest = Page.of(boss.get(f"{LIST}{first.links('Search further back')[0]}"))
    assert rest.entries == [entries[76], entries[146]]


@pytest.mark.usefixtures("partitioned")
def test_estimate_is_of_all_partitions_when_analyzed() -> None:
    add_entries(120, failed_at=OVER_MONTHS)
    analyze()
    assert table_state(TABLE).estimated_rows == 120
    assert table_state(TABLE).is_partitioned


@pytest.mark.usefixtures("partitioned")
def test_operations_act_on_every_partition_and_back_when_deleted_and_restored() -> None:
    entries = add_entries(60, failed_at=OVER_MONTHS)
    before = [text_of(entry) for entry in entries]
    requeue = operate("requeue", pairs=[("task_identifier", "send_email")])
    assert requeue.done_count == 60
    assert len(jobs()) == 60
    sql(f"UPDATE {TABLE.regclass} SET requeued_count = 0, last_requeued_at = NULL")
    delete = operate("delete", entries)
    assert ids() == []
    restore = operate("restore", undoes=delete)
    assert restore.done_count == 60
    assert [text_of(entry) for entry in entries] == before


@pytest.mark.usefixtures("partitioned")
def test_failed_jobs_move_in_when_the_table_is_partitioned() -> None:
    exhaust(add_job("charge", job_key="k"))
    exhaust(add_job("charge"))
    call_command("process_failed_jobs", stdout=StringIO())
    assert len(ids()) == 2


@pytest.fixture
def partitioned_for_good(transactional_db: None) -> Iterator[None]:
    """With real commits, since CONCURRENTLY needs them; the plain table is made again at the end."""
    partition_table()
    yield
    sql(f"DROP TABLE {TABLE.regclass} CASCADE")
    init_dlq(TABLE)


@pytest.mark.usefixtures("partitioned_for_good")
def test_indexes_are_built_partition_by_partition_when_the_table_is_in_use() -> None:
    add_entries(30, failed_at=OVER_MONTHS)
    missing = [index for index in advice(TABLE) if not index.is_there and index.wanted.kind != "optional"]
    assert {index.wanted.suffix for index in missing} >= {"failed_at_id", "task_identifier_id", "job_id"}
    script = missing[0].sql.splitlines()
    assert all("CONCURRENTLY" in line for line in script[:4])
    assert script[4] == SET_LIMIT
    assert " ON ONLY " in script[5]
    assert all("ATTACH PARTITION" in line for line in script[6:10])
    assert script[10:] == [RESET_LIMIT]
    init_dlq(TABLE)
    assert [index for index in advice(TABLE) if not index.is_there and index.wanted.kind != "optional"] == []
    parts = value(
        "SELECT count(*) FROM pg_inherits WHERE inhparent = %s::regclass", f"{SCHEMA}.idx_backfill_dlq_failed_at_id"
    )
    assert parts == 4
