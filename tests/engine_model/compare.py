"""The database's state beside the model's. Every difference is an assertion that shows both."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import pairwise
from typing import Any

from dlq.filters.status import ANY, ONCE, OPEN, STATUSES, UNCERTAIN, has_status
from dlq.models import BackfillDlq, BulkOperation, ChainLife, DeletedEntry, EntryNote, OperationEntry, Requeue
from dlq.models.entry_status import SUPERSEDED, EntryStatus
from dlq.table.location import TABLE
from tests.engine_model.model import Link, Model, Operation
from tests.engine_model.world import Entry, Job
from tests.support.database import SCHEMA, sql


@dataclass
class Clock:
    """Which time of the database each tick of the model is: bound when first seen, the same ever after, and in order."""

    times: dict[int, datetime] = field(default_factory=dict)

    def tick(self, expected: int | None, time: datetime | None) -> int | None:
        """The tick that the time is, if it is the expected one; else something that no tick equals."""
        if expected is None:
            return None if time is None else -1
        if time is None:
            return -1
        return expected if self.times.setdefault(expected, time) == time else -1

    def check_order(self) -> None:
        ticks = sorted(self.times)
        assert sorted(self.times.values()) == [self.times[tick] for tick in ticks]


def compare(model: Model, clock: Clock) -> None:
    assert _entries(model, clock) == model.entries
    assert _jobs() == model.jobs
    assert _links(model, clock) == {(link.operation, link.entry): link for link in model.links}
    assert set(DeletedEntry.objects.values_list("operation_id", "entry_id")) == set(model.trash)
    for operation in model.operations.values():
        _compare_operation(operation)
    assert sorted(EntryNote.objects.values_list("entry_id", "text")) == sorted(model.note_texts)
    assert dict(ChainLife.objects.values_list("entry_id", "chain")) == model.chains
    statuses = dict(BackfillDlq.objects.annotate(status=EntryStatus()).values_list("id", "status"))
    assert statuses == {entry.id: model.status_of(entry) for entry in model.entries.values()}
    assert _sums() == _sums_of(model)
    _compare_order()
    clock.check_order()


def _entries(model: Model, clock: Clock) -> dict[int, Entry]:
    found = {}
    for row in sql(
        "SELECT id, failed_at, task_identifier, payload::text, queue_name, priority, job_key, max_attempts,"
        f" failure_count, {TABLE.names['job_id']}, requeued_count, last_requeued_at, notes, tenant FROM {TABLE.regclass}"
    ):
        entry = Entry(*row)
        expected = model.entries.get(entry.id, entry)
        found[entry.id] = replace(
            entry,
            failed=clock.tick(expected.failed, row[1]) or -1,
            requeued=clock.tick(expected.requeued, row[11]),
        )
    return found


def _jobs() -> dict[int, Job]:
    rows = sql(
        "SELECT j.id, t.identifier, j.payload::text, coalesce(q.queue_name, ''), j.priority, j.key, j.max_attempts,"
        " j.run_at > now() + interval '1 minute', j.attempts, j.locked_at IS NOT NULL, j.revision"
        f" FROM {SCHEMA}._private_jobs j JOIN {SCHEMA}._private_tasks t ON t.id = j.task_id"
        f" LEFT JOIN {SCHEMA}._private_job_queues q ON q.id = j.job_queue_id"
    )
    return {row[0]: Job(*row) for row in rows}


def _links(model: Model, clock: Clock) -> dict[tuple[int, int], Link]:
    expected = {(link.operation, link.entry): link for link in model.links}
    found = {}
    for link in Requeue.objects.all():
        key = link.operation_id, link.entry_id
        if key not in expected:
            raise AssertionError(f"unexpected: {link}, of operation {link.operation_id}")
        wanted = expected[key]
        assert link.replaced == (link.revision > 0)
        found[key] = Link(
            wanted.id,
            *key,
            link.job_id,
            link.revision,
            wanted.later,
            clock.tick(wanted.at, link.created_at) or -1,
            clock.tick(wanted.previous, link.previous_requeued_at),
            link.outcome,
            link.returned_as,
            bool(link.has_key),
            link.attempts_left or 0,
            link.seen_running,
            link.exhausted_at is not None,
            link.is_uncertain,
        )
    return found


def _compare_operation(expected: Operation) -> None:
    operation = BulkOperation.objects.get(pk=expected.id)
    assert (operation.state, operation.cursor) == (expected.state, expected.cursor), expected
    counts = operation.done_count, operation.skipped_count, operation.failed_count
    assert counts == (len(expected.done), len(expected.skipped), len(expected.failed)), expected
    assert operation.along_count == len(expected.along), expected
    records = OperationEntry.objects.filter(operation=operation).values_list("entry_id", "result", "code")
    left: dict[Any, Any] = {entry: (result, code) for entry, result, code in records if result != "done"}
    assert left == {entry: ("skipped", why) for entry, why in expected.skipped.items()} | dict.fromkeys(
        expected.failed, ("failed", "refused")
    )
    done = {entry for entry, result, _code in records if result == "done"}
    if expected.kind == "requeue":
        done = set(operation.requeues.values_list("entry_id", flat=True))
    elif expected.kind == "note":
        done = set(operation.notes.values_list("entry_id", flat=True))
    elif expected.kind == "delete":
        done |= set(operation.deleted_entries.values_list("entry_id", flat=True))
    assert done == expected.done, expected


def _sums() -> Counter[str]:
    return Counter(
        dict(sql("SELECT label, sum(number)::int FROM dlq_tallypart GROUP BY label HAVING sum(number) <> 0"))
    )


def _sums_of(model: Model) -> Counter[str]:
    sums: Counter[str] = Counter()
    for operation in model.operations.values():
        sums[operation.kind] += len(operation.done)
    sums.update(link.outcome for link in model.links if link.outcome)
    return +sums


def compare_filter(model: Model) -> None:
    """What the status filter finds is what the list's column says."""
    statuses = {entry.id: model.status_of(entry) for entry in model.entries.values()}
    for status in STATUSES.keys() - {UNCERTAIN}:
        listed = set(BackfillDlq.objects.filter(has_status(status)).values_list("id", flat=True))
        assert listed == {entry for entry, its in statuses.items() if _is_among(its, status)}, status


def _is_among(status: str, asked: str) -> bool:
    once = status != SUPERSEDED
    return {ANY: True, ONCE: once, OPEN: once and status != Requeue.Outcome.RECOVERED}.get(asked, status == asked)


def _compare_order() -> None:
    """Within an operation jobs become due in the order of the entries, one after the other, never two at once."""
    for operation in BulkOperation.objects.filter(kind="requeue"):
        due = list(operation.requeues.order_by("entry_id").values_list("run_at", flat=True))
        gaps = [later - earlier for earlier, later in pairwise(due)]
        assert all(gap > operation.step for gap in gaps), (operation.pk, operation.step, due)
