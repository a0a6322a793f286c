"""Eight drivers on four operations that overlap: no entry goes into the queue twice, and the numbers add up."""

from __future__ import annotations

from collections import Counter
from itertools import cycle
from typing import Any

import pytest
from django.db.models import Sum

from dlq.models import BulkOperation, OperationEntry, PayloadEdit, Requeue
from dlq.operations.confirmation import begin
from dlq.operations.runner import advance
from tests.support.database import sql, value
from tests.support.entries import add_entries, drop_unique_key_index
from tests.support.operations import confirm
from tests.support.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)

ENTRIES = 4_000
DRIVERS = 8
EDIT = {"changes": [{"verb": "add", "path": ["cured"], "value": "1.50"}], "seen": ""}
TURN = 0.05
"""Seconds that a driver stays at one operation: short, so that they meet at each of them."""
FILTERS: list[list[tuple[str, str]]] = [
    [],
    [("task_identifier", "task0"), ("task_identifier", "task1")],
    [("queue_name", "q1"), ("queue_name", "-")],
    [("payload", "half=1")],
]
"""Everything, two thirds of it, two thirds of it otherwise, and half of it."""


def drive_all(operations: list[int]) -> None:
    """As a caretaker does: a turn for each, until all are done."""
    while operations:
        operations = [pk for pk in operations if advance(pk, TURN).state != BulkOperation.State.DONE]


@pytest.mark.parametrize(
    ("unique_keys", "kinds"), [(True, ["requeue"]), (False, ["requeue"]), (True, ["requeue", "edit"])]
)
def test_each_entry_is_requeued_at_most_once_when_8_drivers_share_4_overlapping_operations(
    settings: Any, unique_keys: bool, kinds: list[str]
) -> None:
    settings.DLQ_CHUNK_SIZE = 50
    key = "'k' || (10000 - n)" if unique_keys else "'k' || n % 1000"
    if not unique_keys:
        drop_unique_key_index()
    entries = add_entries(
        ENTRIES,
        task_identifier="'task' || n % 3",
        queue_name="CASE WHEN n % 3 = (n / 3) % 3 THEN '' ELSE 'q' || n % 3 END",
        payload="jsonb_build_object('n', n, 'half', n % 2)",
        job_key=f"CASE WHEN n % 4 < 2 THEN {key} END",
    )
    confirmations = [confirm(kind, pairs=pairs) for kind, pairs in zip(cycle(kinds), FILTERS, strict=False)]
    operations = [begin(one, actor="tester", payload_edit=EDIT)[0].pk for one in confirmations]

    at_once(*[lambda turn=turn: drive_all(operations[turn % 4 :] + operations[: turn % 4]) for turn in range(DRIVERS)])

    requeued = Counter(Requeue.objects.values_list("entry_id", flat=True))
    done = BulkOperation.objects.aggregate(done=Sum("done_count"))["done"]
    jobs = value("SELECT count(*) FROM graphile_worker._private_jobs")
    assert max(requeued.values()) == 1
    assert done == jobs == len(requeued) == Requeue.objects.count()
    assert value("SELECT sum(requeued_count) FROM graphile_worker.backfill_dlq") == jobs
    keys = value("SELECT count(DISTINCT job_key) FROM graphile_worker.backfill_dlq")
    keyless = value("SELECT count(*) FROM graphile_worker.backfill_dlq WHERE job_key IS NULL")
    assert jobs == (len(entries) if unique_keys else keys + keyless)
    for pk, done_count, skipped, failed in BulkOperation.objects.values_list(
        "pk", "done_count", "skipped_count", "failed_count"
    ):
        left = OperationEntry.objects.filter(operation=pk)
        assert (done_count, skipped, failed) == (Requeue.objects.filter(operation=pk).count(), left.count(), 0)
        assert set(left.values_list("code", flat=True)) <= {"requeued_since", "waiting", "key_waiting", "same_key"} | (
            {"key_taken"} if not unique_keys else set()
        )
    edits = Requeue.objects.filter(operation__kind="edit")
    assert set(PayloadEdit.objects.values_list("entry_id")) == set(edits.values_list("entry_id"))
    assert bool(edits) == ("edit" in kinds)
    assert (
        value(
            "SELECT count(*) FROM dlq_requeue r JOIN graphile_worker._private_jobs j ON j.id = r.job_id"
            " JOIN graphile_worker.backfill_dlq e ON e.id = r.entry_id WHERE j.payload::text = e.payload::text"
            " AND (e.payload ? 'cured') = EXISTS (SELECT FROM dlq_payloadedit p WHERE p.entry_id = e.id)"
        )
        == jobs
    )
    everything = BulkOperation.objects.get(pk=operations[0])
    assert everything.handled_count == ENTRIES
    assert sql("SELECT count(DISTINCT key), count(key) FROM graphile_worker._private_jobs")[0][0] == keys
