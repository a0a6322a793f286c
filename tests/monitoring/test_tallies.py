"""The sums of what was done: exact after every kind of change and whoever made it, also when the records are gone."""

from __future__ import annotations

import importlib
from collections import Counter
from typing import Any

import pytest
from django.db import connection

from dlq.models import BulkOperation, Requeue, TallyPart
from dlq.monitoring.tallies import fold_tallies
from dlq.operations.confirmation import begin
from dlq.operations.runner import advance
from dlq.outcomes.settling import settle
from dlq.process.processor import process_failed_jobs
from dlq.table.location import TABLE
from tests.support.database import another_connection, sql
from tests.support.entries import add_entries
from tests.support.jobs import exhaust, finish
from tests.support.operations import confirm, operate, requeue
from tests.support.threads import at_once

pytestmark = pytest.mark.django_db


def tallies() -> Counter[str]:
    """The sums, by label."""
    return Counter(
        dict(sql("SELECT label, sum(number)::int FROM dlq_tallypart GROUP BY label HAVING sum(number) <> 0"))
    )


def counted() -> Counter[str]:
    """What plain SQL counts of the records, as long as all are here."""
    done = sql("SELECT kind, sum(done_count)::int FROM dlq_bulkoperation GROUP BY kind HAVING sum(done_count) <> 0")
    ended = sql("SELECT outcome, count(*)::int FROM dlq_requeue WHERE outcome <> '' GROUP BY outcome")
    return Counter(dict(done)) + Counter(dict(ended))


def test_sums_are_what_the_records_say_when_outcomes_come_and_change(settings: Any) -> None:
    settings.DLQ_CHUNK_SIZE = 4
    entries = add_entries(12)
    requeue(*entries)
    operate("recall", entries[:2])
    jobs = {link.entry_id: link.job_id for link in Requeue.objects.all()}
    for entry in entries[2:8]:
        finish(jobs[entry])
    settle(10)
    assert tallies() == counted() == {"requeue": 12, "recall": 2, "gone": 2, "recovered": 6}
    for entry in entries[8:]:
        exhaust(jobs[entry])
    process_failed_jobs(TABLE)
    settle(10)
    sql("UPDATE dlq_requeue SET outcome = 'failed_again' WHERE entry_id = %s", entries[2])  # it came back after all
    operate("delete", entries[:3])
    assert tallies() == counted()
    assert tallies() == {"requeue": 12, "recall": 2, "gone": 2, "recovered": 5, "failed_again": 5, "delete": 3}


def test_one_part_is_added_for_a_statement_however_many_rows_it_changes() -> None:
    requeue(*add_entries(30))
    sql("UPDATE dlq_requeue SET outcome = 'recovered'")
    sql("UPDATE dlq_requeue SET settled_at = now()")
    assert [(part.name, part.label, part.number) for part in TallyPart.objects.order_by("id")] == [
        ("done", "requeue", 30),
        ("ended", "recovered", 30),
    ]


def test_sums_are_the_same_when_they_are_folded_and_when_records_are_deleted() -> None:
    for _operation in range(3):
        requeue(*add_entries(2))
        sql("UPDATE dlq_requeue SET outcome = 'recovered' WHERE outcome = ''")
    assert TallyPart.objects.count() == 6
    before = tallies()
    assert fold_tallies() == 6
    assert TallyPart.objects.count() == 2
    assert fold_tallies() == 0
    sql("DELETE FROM dlq_requeue")
    sql("DELETE FROM dlq_bulkoperation")
    assert tallies() == before == {"requeue": 6, "recovered": 6}


def test_nothing_is_added_when_the_transaction_is_undone() -> None:
    requeue(*add_entries(2))
    before = tallies()
    sql("SAVEPOINT s")
    sql("UPDATE dlq_requeue SET outcome = 'recovered'")
    sql("ROLLBACK TO SAVEPOINT s")
    assert tallies() == before


def test_what_was_there_before_is_counted_when_it_is_migrated() -> None:
    requeue(*add_entries(3))
    sql("UPDATE dlq_requeue SET outcome = 'recovered'")
    before = tallies()
    migration = importlib.import_module("dlq.migrations.0007_records")
    with connection.cursor() as cursor:
        cursor.execute(migration.NO_TRIGGERS)
        cursor.execute("DELETE FROM dlq_tallypart")
        cursor.execute(migration.TRIGGERS)
    assert tallies() == before == {"requeue": 3, "recovered": 3}


@pytest.mark.django_db(transaction=True)
def test_sums_are_exact_and_nobody_waits_when_all_work_at_once(settings: Any) -> None:
    settings.DLQ_CHUNK_SIZE = 5
    parts = [add_entries(30) for _operation in range(3)]
    operations = [begin(confirm("requeue", entries), actor="tester")[0] for entries in parts]

    def drive(operation: BulkOperation) -> int:
        return advance(operation.pk, 30).done_count

    def fold() -> int:
        return sum(fold_tallies() for _turn in range(20))

    at_once(*[lambda operation=operation: drive(operation) for operation in operations], fold, fold)
    sql(f"DELETE FROM {TABLE.schema}._private_jobs")
    at_once(*[lambda: settle(10)] * 3, fold, fold)
    settle(10)
    assert tallies() == counted() == {"requeue": 90, "recovered": 90}


@pytest.mark.django_db(transaction=True)
def test_nobody_waits_for_a_sum_that_an_open_transaction_adds_to() -> None:
    one, two = add_entries(2)
    requeue(one)
    requeue(two)
    change = "UPDATE dlq_requeue SET outcome = 'recovered' WHERE entry_id = %s"
    with another_connection() as other:
        other.execute(change, [one])
        sql("SET lock_timeout = '1s'")
        sql(change, two)
        fold_tallies()
        sql("RESET lock_timeout")
        assert tallies()["recovered"] == 1
        other.commit()
    assert tallies()["recovered"] == 2
    fold_tallies()
    assert tallies() == counted()
