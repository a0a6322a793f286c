"""Rows that the queue or the owner refuses are listed with their reasons and left; they stop nothing and cost little."""

from __future__ import annotations

from collections import Counter
from math import ceil, log2
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dlq.models import BulkOperation, OperationEntry, Requeue
from tests.engine.poison import KINDS, REFUSAL, fill, refuse_by_trigger
from tests.support.database import sql, truncate, value
from tests.support.entries import add_entries, drop_unique_key_index, ids
from tests.support.jobs import jobs
from tests.support.operations import operate, reasons

pytestmark = pytest.mark.django_db

CHUNK_SIZE = 220
ENTRIES = CHUNK_SIZE * 20
STATEMENTS_A_HALF = 4
"""Savepoint, the requeue itself, and the end of the savepoint; one more where a half's first try is taken back."""


def rows() -> dict[int, str]:
    """Each row of the table in one text."""
    return dict(sql("SELECT id, e::text FROM graphile_worker.backfill_dlq e"))


def test_all_good_ones_are_requeued_and_the_bad_ones_listed_and_unchanged_when_the_table_is_poisoned(
    settings: Any,
) -> None:
    settings.DLQ_CHUNK_SIZE = CHUNK_SIZE
    poison = fill(ENTRIES)
    before = rows()
    operation = operate("requeue", pairs=[])

    assert len(poison) == ENTRIES // 20
    assert Counter(poison.values())["bad_priority"] == ENTRIES // 20 // len(KINDS) * 3
    listed = dict(OperationEntry.objects.filter(operation=operation).values_list("entry_id", "code"))
    same_key = {entry for entry, code in listed.items() if code == "same_key"}
    assert {entry: code for entry, code in listed.items() if entry not in same_key} == poison
    words = reasons(operation)
    assert {words[entry] for entry, code in poison.items() if code == "refused"} == {
        f"the database refused it: {REFUSAL}"
    }
    after = rows()
    assert {entry for entry in before if after[entry] == before[entry]} == set(listed)
    requeued = set(Requeue.objects.values_list("entry_id", flat=True))
    assert requeued == set(ids()) - set(listed)
    assert len(jobs()) == len(requeued) == operation.done_count
    assert (operation.skipped_count, operation.failed_count) == (
        len(listed) - ENTRIES // 220,
        ENTRIES // 220,
    )
    assert len(same_key) == ENTRIES // 20, "one of each two that share a key stands for both"
    newest_of_each_key = sql(
        "SELECT DISTINCT ON (job_key) id FROM graphile_worker.backfill_dlq"
        " WHERE job_key ~ '^(far|near)' ORDER BY job_key, failed_at DESC, id DESC"
    )
    assert {entry for (entry,) in newest_of_each_key} <= requeued


def statements(kind: str) -> int:
    """How many the operation over everything takes."""
    with CaptureQueriesContext(connection) as queries:
        operate(kind, pairs=[])
    return len(queries)


def start_again() -> None:
    truncate("graphile_worker.backfill_dlq, graphile_worker._private_jobs")
    for model in (OperationEntry, Requeue):
        model.objects.all().delete()


@pytest.mark.parametrize("poison", [{"priority": "32768"}, {"max_attempts": "0"}, {"job_key": "''"}])
def test_poison_costs_no_statement_when_the_rules_tell_of_it(poison: dict[str, str]) -> None:
    add_entries(999)
    clean = statements("requeue")
    start_again()
    add_entries(899)
    drop_unique_key_index()
    add_entries(100, **poison)
    # Only the list of skipped ones is written besides.
    assert statements("requeue") <= clean + 1


@pytest.mark.parametrize("kind", ["requeue", "delete", "note"])
@pytest.mark.parametrize("poisoned", [1, 7])
def test_poison_costs_a_bounded_number_of_statements_when_only_the_database_tells_of_it(
    kind: str, poisoned: int
) -> None:
    refuse_by_trigger()
    add_entries(1_000)
    clean = statements(kind)
    start_again()
    add_entries(1_000, notes=f"CASE WHEN n % {1000 // poisoned} = 3 AND n <= 994 THEN 'legal hold' END")
    held = value("SELECT count(*) FROM graphile_worker.backfill_dlq WHERE notes = 'legal hold'")
    cost = statements(kind) - clean
    assert BulkOperation.objects.latest("pk").failed_count == held == poisoned
    halves = 2 * ceil(log2(1_000)) * poisoned
    # The chunk was tried once in vain before the halving.
    assert 0 < cost <= clean + halves * STATEMENTS_A_HALF
