"""A requeue puts the same job back and keeps the books, in the same transaction."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dlq.models import Requeue
from tests.support.database import sql, value
from tests.support.entries import add_entries, add_entry, cell, row_of, text_of
from tests.support.jobs import jobs
from tests.support.operations import operate, reasons, requeue

pytestmark = pytest.mark.django_db

EXACT_PAYLOADS = [
    '{"n": 10.00}',
    '{"n": 1152921504606846976}',
    '{"n": 0.1000000000000000055}',
    '{"n": 123456789012345678901234567890.00}',
    "[1.0, 1.00]",
    "null",
    '"text with \\"quotes\\" and \\u00fc"',
    "true",
    "7.10",
    '{"b": 1, "a": {"c": []}}',
]


def test_job_is_the_entrys_when_requeued() -> None:
    entry = add_entry(
        task_identifier="charge", payload='{"a": 1}', queue_name="bills", priority=-7, max_attempts=3, job_key="k"
    )
    operation = requeue(entry)
    (job,) = jobs()
    assert (job["task"], job["payload"], job["queue"], job["priority"], job["max_attempts"], job["key"]) == (
        "charge",
        '{"a": 1}',
        "bills",
        -7,
        3,
        "k",
    )
    assert (job["attempts"], job["locked_at"], job["revision"]) == (0, None, 0)
    assert (operation.done_count, operation.skipped_count, operation.failed_count) == (1, 0, 0)
    assert operation.state == "done"


def test_job_is_in_no_queue_and_has_the_engines_defaults_when_the_entry_has_none() -> None:
    requeue(add_entry(queue_name="", max_attempts=None, job_key=None))
    (job,) = jobs()
    assert (job["queue"], job["max_attempts"], job["key"], job["priority"]) == (None, 25, None, 0)


@pytest.mark.parametrize("payload", EXACT_PAYLOADS)
def test_payload_is_the_same_to_the_digit_when_requeued(payload: str) -> None:
    entry = add_entry(payload=payload)
    before = value("SELECT payload::text FROM graphile_worker.backfill_dlq WHERE id = %s", entry)
    operate("note", [entry], note="looked at it")
    requeue(entry)
    assert jobs()[0]["payload"] == before
    assert row_of(entry)["notes"].endswith("looked at it")
    assert value("SELECT payload::text FROM graphile_worker.backfill_dlq WHERE id = %s", entry) == before


def test_books_are_kept_when_requeued() -> None:
    entry = add_entry(requeued_count=2, last_requeued_at="2026-01-01 00:00+00")
    earlier = cell(entry, "last_requeued_at")
    operation = requeue(entry, actor="ann")
    link = Requeue.objects.get()
    assert (link.operation_id, link.entry_id, link.job_id, link.revision) == (operation.pk, entry, jobs()[0]["id"], 0)
    assert (link.replaced, link.actor, link.previous_requeued_at) == (False, "ann", earlier)
    assert cell(entry, "requeued_count") == 3
    assert cell(entry, "last_requeued_at") == link.created_at


def test_nothing_else_of_the_entry_changes_when_requeued() -> None:
    entry = add_entry(notes="mine", job_key="k", last_error='{"x": 1.00}', created_by="rust")
    before = row_of(entry)
    requeue(entry)
    after = row_of(entry)
    assert {name for name in before if before[name] != after[name]} == {"requeued_count", "last_requeued_at"}


@pytest.mark.parametrize(("before", "kept"), [(None, ""), ("", ""), ("first\nsecond", "first\nsecond\n")])
def test_note_is_appended_with_time_and_name_when_given(before: str | None, kept: str) -> None:
    entry = add_entry(notes=before)
    requeue(entry, note="mail server is back", actor="ann")
    text = cell(entry, "notes")
    assert text.startswith(kept)
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC, ann: mail server is back", text.removeprefix(kept))


@pytest.mark.parametrize("notes", [None, "", "mine"])
def test_notes_stay_when_no_note_is_given(notes: str | None) -> None:
    entry = add_entry(notes=notes)
    requeue(entry)
    assert cell(entry, "notes") == notes


def test_jobs_are_due_now_and_in_the_entries_order_when_many_are_requeued() -> None:
    entries = add_entries(50, job_key="'k' || (100 - n)")  # keys in the opposite order
    requeue(*entries)
    made = {link.entry_id: link.job_id for link in Requeue.objects.all()}
    run_at = {job["id"]: job["run_at"] for job in jobs()}
    assert sorted(entries, key=lambda entry: run_at[made[entry]]) == sorted(entries)
    assert len(set(run_at.values())) == 50
    assert max(run_at.values()) - value("SELECT now()") < timedelta(seconds=1)


def test_each_entry_gets_its_own_job_when_many_are_requeued() -> None:
    entries = add_entries(40, job_key="CASE WHEN n % 2 = 0 THEN 'k' || (100 - n) END")
    requeue(*entries)
    pairs = sql(
        "SELECT r.entry_id, e.payload::text, j.payload::text FROM dlq_requeue r"
        " JOIN graphile_worker.backfill_dlq e ON e.id = r.entry_id"
        " JOIN graphile_worker._private_jobs j ON j.id = r.job_id"
    )
    assert len(pairs) == 40
    assert all(payload == of_job for _entry, payload, of_job in pairs)


@pytest.mark.parametrize("kind", ["requeue", "delete", "note"])
def test_number_of_statements_is_the_same_when_10_or_200_entries_are_acted_on(kind: str) -> None:
    counts = []
    for number in (10, 200):
        entries = add_entries(number, job_key=f"'{number}-' || n", queue_name="'q' || (n % 3)")
        with CaptureQueriesContext(connection) as queries:
            operation = operate(kind, entries, note="a note")
        assert operation.done_count == number
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_numbers_and_records_agree_when_some_are_skipped() -> None:
    good = add_entries(3)
    bad = [add_entry(max_attempts=0), add_entry(priority=40_000)]
    operation = requeue(*good, *bad)
    assert (operation.done_count, operation.skipped_count, operation.failed_count) == (3, 2, 0)
    assert set(reasons(operation)) == set(bad)
    assert set(Requeue.objects.values_list("entry_id", flat=True)) == set(good)
    assert text_of(bad[0]) is not None


def test_the_rest_is_requeued_when_an_owners_trigger_refuses_one_row() -> None:
    entries = add_entries(30)
    poison = entries[13]
    sql("CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'not this one'; END $$")
    sql(
        "CREATE TRIGGER refuse BEFORE UPDATE ON graphile_worker.backfill_dlq FOR EACH ROW"
        f" WHEN (OLD.id = {poison}) EXECUTE FUNCTION refuse()"
    )
    before = text_of(poison)
    operation = requeue(*entries)
    assert (operation.done_count, operation.failed_count) == (29, 1)
    assert reasons(operation) == {poison: "the database refused it: not this one"}
    assert len(jobs()) == 29
    assert len(Requeue.objects.all()) == 29
    assert text_of(poison) == before


def test_no_job_is_made_when_recording_it_fails() -> None:
    """Job and books are one statement: what can't be recorded is not queued."""
    entry = add_entry()
    sql("CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'disk is full'; END $$")
    sql("CREATE TRIGGER refuse BEFORE INSERT ON dlq_requeue FOR EACH ROW EXECUTE FUNCTION refuse()")
    before = text_of(entry)
    operation = requeue(entry)
    assert operation.failed_count == 1
    assert jobs() == []
    assert text_of(entry) == before


def test_payloads_are_split_over_chunks_when_they_are_large() -> None:
    """A chunk ends at 16 MB of payload text, however few entries that is."""
    entries = add_entries(5, payload="jsonb_build_object('n', n, 'x', repeat('x', 6000000))")
    with CaptureQueriesContext(connection) as queries:
        operation = operate("requeue", pairs=[])
    assert operation.done_count == 5
    acts = [query for query in queries if "add_jobs" in query["sql"]]
    assert len(acts) == 3
    assert len(jobs()) == len(entries)
