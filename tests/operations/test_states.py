"""Pause, resume, cancel, at the border of a chunk; what ended stays ended; a refused statement pauses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from dlq.caretaker.duties import drive_operations
from dlq.caretaker.rounds import Caretaker
from dlq.models import BulkOperation
from dlq.operations.confirmation import begin
from dlq.operations.runner import advance, advance_or_pause, cancel, pause, resume
from tests.support.database import SCHEMA, sql
from tests.support.entries import add_entries, add_entry, ids
from tests.support.jobs import jobs
from tests.support.operations import confirm, operate

pytestmark = pytest.mark.django_db

INFINITE = float("inf")
STEER: dict[str, Callable[[int, str], bool]] = {"pause": pause, "resume": resume, "cancel": cancel}
UNDER_WAY, PAUSED, OVER = ("running", "watching"), ("paused",), ("cancelled", "done")


@pytest.fixture(autouse=True)
def _small_chunks(settings: Any) -> None:
    settings.DLQ_CHUNK_SIZE = 4


def begun(kind: str = "requeue", count: int = 10, **details: Any) -> BulkOperation:
    operation, _new = begin(confirm(kind, add_entries(count)), actor="ann", note="a note", **details)
    return operation


def reloaded(operation: BulkOperation) -> BulkOperation:
    return BulkOperation.objects.get(pk=operation.pk)


@pytest.mark.parametrize("kind", ["requeue", "delete", "note"])
def test_one_chunk_is_done_when_the_budget_is_spent(kind: str) -> None:
    operation = begun(kind)
    for state, done in (("running", 4), ("running", 8), ("done", 10)):
        driven = advance(operation.pk, 0)
        assert (driven.state, driven.done_count) == (state, done)


@pytest.mark.parametrize("kind", ["requeue", "delete", "note"])
def test_nothing_more_happens_when_it_is_paused_and_everything_when_it_is_resumed(kind: str) -> None:
    operation = begun(kind)
    advance(operation.pk, 0)
    assert pause(operation.pk, "Paused by ann.")
    paused = advance(operation.pk, INFINITE)
    assert (paused.state, paused.state_reason, paused.done_count, paused.finished_at) == (
        "paused",
        "Paused by ann.",
        4,
        None,
    )
    assert resume(operation.pk, "Resumed by bob.")
    done = advance(operation.pk, INFINITE)
    assert (done.state, done.state_reason, done.done_count) == ("done", "Resumed by bob.", 10)
    assert done.finished_at is not None


def test_what_is_done_stays_done_when_it_is_cancelled() -> None:
    operation = begun("delete")
    advance(operation.pk, 0)
    assert cancel(operation.pk, "Cancelled by ann.")
    cancelled = advance(operation.pk, INFINITE)
    assert (cancelled.state, cancelled.done_count, cancelled.handled_count) == ("cancelled", 4, 4)
    assert cancelled.finished_at is not None
    assert len(ids()) == 6


@pytest.mark.parametrize("state", [*UNDER_WAY, *PAUSED, *OVER])
@pytest.mark.parametrize(("verb", "may"), [("pause", UNDER_WAY), ("resume", PAUSED), ("cancel", UNDER_WAY + PAUSED)])
def test_steering_means_something_in_some_states_only(state: str, verb: str, may: tuple[str, ...]) -> None:
    operation = begun(state=state)
    to = {"pause": "paused", "resume": "running", "cancel": "cancelled"}[verb]
    assert STEER[verb](operation.pk, "why") == (state in may)
    assert reloaded(operation).state == (to if state in may else state)


@pytest.mark.parametrize("state", [*PAUSED, *OVER])
def test_driving_does_nothing_when_it_is_not_under_way(state: str) -> None:
    operation = begun(state=state)
    assert advance(operation.pk, INFINITE).handled_count == 0
    assert jobs() == []
    assert reloaded(operation).advanced_at is None


def test_it_pauses_with_the_databases_words_when_a_statement_is_refused_for_good() -> None:
    operation = begun()
    advance(operation.pk, 0)
    sql(f"ALTER TABLE {SCHEMA}.backfill_dlq DROP COLUMN requeued_count")
    paused = advance_or_pause(operation.pk, INFINITE)
    assert (paused.state, paused.done_count) == ("paused", 4)
    assert paused.state_reason.startswith("Paused, because it could not continue: column ")
    assert "requeued_count" in paused.state_reason
    assert "\n" not in paused.state_reason
    sql(f"ALTER TABLE {SCHEMA}.backfill_dlq ADD COLUMN requeued_count integer NOT NULL DEFAULT 0")
    assert resume(operation.pk, "The column is back.")
    assert advance_or_pause(operation.pk, INFINITE).done_count == 10


def test_it_pauses_with_the_reason_when_its_filter_can_no_longer_be_read(settings: Any) -> None:
    sql(f"ALTER TABLE {SCHEMA}.backfill_dlq ADD COLUMN tenant_id text DEFAULT 'acme'")
    settings.DLQ_EXTRA_COLUMNS = ["tenant_id"]
    add_entries(3)
    operation, _new = begin(confirm("delete", pairs=[("tenant_id", "acme")]), actor="ann")
    settings.DLQ_EXTRA_COLUMNS = []
    paused = advance_or_pause(operation.pk, INFINITE)
    assert (paused.state, paused.handled_count) == ("paused", 0)
    assert "tenant_id" in paused.state_reason
    assert len(ids()) == 3


def test_next_chunk_begins_after_the_last_one_when_it_was_driven_before() -> None:
    """The cursor is in the database, in nobody's memory."""
    operation = begun()
    cursors = [advance(operation.pk, 0).cursor for _chunk in range(3)]
    assert cursors == [sorted(operation.entry_ids or [])[last] for last in (3, 7, 9)]


def test_operation_waits_for_a_driver_when_nobody_has_looked_after_it() -> None:
    operation = begun()
    assert not operation.waits_for_a_driver
    long_ago = timezone.now() - timedelta(minutes=1)
    BulkOperation.objects.filter(pk=operation.pk).update(created_at=long_ago)
    assert reloaded(operation).waits_for_a_driver
    advance(operation.pk, 0)
    assert not reloaded(operation).waits_for_a_driver
    advance(operation.pk, INFINITE)
    BulkOperation.objects.filter(pk=operation.pk).update(advanced_at=long_ago)
    assert not reloaded(operation).waits_for_a_driver


def test_caretaker_drives_what_is_under_way_and_nothing_else() -> None:
    running, paused = begun("delete"), begun("delete")
    pause(paused.pk, "wait")
    assert drive_operations() == 10
    assert reloaded(running).state == "done"
    assert reloaded(paused).handled_count == 0
    assert drive_operations() == 0


def test_caretaker_continues_with_the_others_when_one_is_refused() -> None:
    sql(f"ALTER TABLE {SCHEMA}.backfill_dlq ADD COLUMN tenant_id text")
    bad, good = begun("requeue"), begun("note")
    sql("ALTER TABLE dlq_requeue RENAME COLUMN run_at TO gone")
    assert Caretaker().duties[0].do() == 10
    assert (reloaded(bad).state, reloaded(good).state) == ("paused", "done")


def test_time_that_the_work_took_is_kept_and_pauses_are_left_out() -> None:
    operation = begun()
    advance(operation.pk, 0)
    first = reloaded(operation).work_seconds
    assert first > 0
    pause(operation.pk, "lunch")
    assert reloaded(operation).work_seconds == first


def test_empty_operation_is_done_when_nothing_matches() -> None:
    add_entry()
    operation = operate("delete", pairs=[("task_identifier", "no such task")])
    assert (operation.state, operation.handled_count) == ("done", 0)
