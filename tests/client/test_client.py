"""dlq.client: the library's operations, from Python."""

from __future__ import annotations

import getpass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from dlq import client
from dlq.client import DlqFilter
from dlq.models import BulkOperation, DeletedEntry
from tests.support.entries import add_entries, add_entry, cell, drop_unique_key_index, ids
from tests.support.jobs import add_job, jobs

pytestmark = pytest.mark.django_db

MARCH = datetime(2026, 3, 1, tzinfo=UTC)


def test_newest_failures_come_first_when_listed() -> None:
    entries = add_entries(60)
    listed = client.list_dlq_jobs()
    assert [job.id for job in listed.jobs] == entries[:50]
    assert (listed.total, listed.limit, listed.offset) == (60, 50, 0)


def test_page_is_cut_when_limit_and_offset_are_given() -> None:
    entries = add_entries(10)
    listed = client.list_dlq_jobs(DlqFilter(limit=3, offset=8))
    assert [job.id for job in listed.jobs] == entries[8:]
    assert listed.total == 10
    assert client.list_dlq_jobs(DlqFilter(limit=0)).jobs == []


@pytest.mark.parametrize("wrong", [DlqFilter(limit=-1), DlqFilter(offset=-1)])
def test_page_is_refused_when_limit_or_offset_is_negative(wrong: DlqFilter) -> None:
    with pytest.raises(ValueError, match="negative"):
        client.list_dlq_jobs(wrong)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (DlqFilter(task_identifier="a"), {1}),
        (DlqFilter(queue_name=""), {1, 3}),
        (DlqFilter(queue_name="q"), {2}),
        (DlqFilter(failed_after=MARCH + timedelta(days=2)), {2, 3}),
        (DlqFilter(failed_before=MARCH + timedelta(days=2)), {1, 2}),
        (DlqFilter(task_identifier="b", queue_name=""), {3}),
    ],
)
def test_total_counts_those_that_match_when_filtered(wanted: DlqFilter, expected: set[int]) -> None:
    days = {
        add_entry(task_identifier="a", queue_name="", failed_at=MARCH + timedelta(days=1)): 1,
        add_entry(task_identifier="b", queue_name="q", failed_at=MARCH + timedelta(days=2)): 2,
        add_entry(task_identifier="b", queue_name="", failed_at=MARCH + timedelta(days=3)): 3,
    }
    listed = client.list_dlq_jobs(wanted)
    assert {days[job.id] for job in listed.jobs} == expected
    assert listed.total == len(expected)


def test_values_keep_their_digits_when_an_entry_is_read() -> None:
    entry = add_entry(payload='{"n": 10.00, "big": 1152921504606846976}', last_error="null", job_key="k")
    job = client.get_dlq_job(entry)
    assert job is not None
    assert str(job.payload["n"]) == "10.00"
    assert job.payload == {"n": Decimal("10.00"), "big": 2**60}
    assert (job.last_error, job.job_key, job.task_identifier) == (None, "k", "send_email")


def test_there_is_none_when_an_unknown_entry_is_read() -> None:
    assert client.get_dlq_job(999_999_999) is None


def test_job_is_returned_when_an_entry_is_requeued() -> None:
    entry = add_entry(notes="mine")
    made = client.requeue_dlq_job(entry, notes="mail is back", actor="script")
    (job,) = jobs()
    assert (made.id, made.revision, made.replaced) == (job["id"], 0, False)
    assert cell(entry, "notes").startswith("mine\n")
    assert cell(entry, "notes").endswith("script: mail is back")


def test_notes_stay_when_requeued_without_any() -> None:
    entry = add_entry(notes="mine")
    client.requeue_dlq_job(entry)
    assert cell(entry, "notes") == "mine"


def test_actor_is_the_systems_user_when_none_is_named() -> None:
    client.requeue_dlq_job(add_entry())
    assert BulkOperation.objects.get().actor == f"os:{getpass.getuser()}"


def test_requeue_says_why_when_it_is_refused() -> None:
    job = add_job(job_key="k")
    entry = add_entry(job_key="k")
    with pytest.raises(client.RequeueRefused, match=f"job {job} with the same key waits"):
        client.requeue_dlq_job(entry)


def test_requeue_says_so_when_there_is_no_such_entry() -> None:
    with pytest.raises(client.DlqJobNotFound):
        client.requeue_dlq_job(999_999_999)


def test_entry_goes_to_the_trash_when_deleted() -> None:
    entry = add_entry()
    assert client.delete_dlq_job(entry, actor="script") is True
    assert client.delete_dlq_job(entry) is False
    assert ids() == []
    assert DeletedEntry.objects.get().operation.actor == "script"


def test_all_with_the_key_go_when_deleted_by_key() -> None:
    drop_unique_key_index()
    add_entry(job_key="k")
    add_entry(job_key="k")
    other, none = add_entry(job_key="K"), add_entry(job_key=None)
    assert client.delete_dlq_by_job_key("k") == 2
    assert client.delete_dlq_by_job_key("nobody's") == 0
    assert ids() == [other, none]


def test_entry_saved_through_its_model_is_refused_when_tried() -> None:
    from dlq.models import BackfillDlq

    entry = BackfillDlq.objects.get(pk=add_entry())
    with pytest.raises(TypeError, match=r"dlq\.client"):
        entry.save()
