"""The confirmation page of a requeue: what it foresees, and the options that it takes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from dlq.models import BulkOperation
from tests.support.database import SCHEMA, sql
from tests.support.entries import add_entries, add_entry
from tests.support.jobs import add_job, finish, jobs, start
from tests.support.operations import requeue
from tests.support.pages import ask, send

pytestmark = pytest.mark.django_db


def test_page_foresees_what_would_be_skipped_when_it_is_shown(boss: Client) -> None:
    waiting, has_run = add_entries(2)
    requeue(waiting, has_run)
    finish(jobs()[1]["id"])
    sql(f"UPDATE {SCHEMA}._private_jobs SET run_at = run_at")
    taken, bad, good = add_entry(job_key="k"), add_entry(priority=99_999), add_entry()
    add_job(job_key="k")
    page = ask(boss, "requeue", [waiting, has_run, taken, bad, good])
    assert "Of these 5, 1 would be requeued and 4 skipped" in page.text
    for words in (
        "1: already on their way: waiting to be run",
        "1: have already run and did not come back",
        "1: a job with the same key waits in the queue",
        "1: the queue takes priorities",
    ):
        assert words in page.text
    done = send(boss, page)
    assert "Requeued: 1 failed job. 4 skipped." in done.text


def test_skipped_ones_are_requeued_too_when_ticked(boss: Client) -> None:
    waiting, has_run = add_entries(2)
    requeue(waiting, has_run)
    finish(jobs()[1]["id"])
    page = ask(boss, "requeue", [waiting, has_run])
    assert {"also_on_their_way", "also_recovered"} <= page.fields()
    send(boss, page, also_on_their_way="on", also_recovered="on")
    assert BulkOperation.objects.first().done_count == 2  # type: ignore[union-attr]
    assert len(jobs()) == 3


def test_nothing_is_offered_too_when_nothing_would_be_skipped(boss: Client) -> None:
    page = ask(boss, "requeue", [add_entry()])
    assert not {"also_on_their_way", "also_recovered"} & page.fields()


def test_page_asks_for_a_worker_when_a_due_job_has_waited_long(boss: Client) -> None:
    entry = add_entry()
    assert "Is a worker running?" not in ask(boss, "requeue", [entry]).text
    job = add_job()
    sql(f"UPDATE {SCHEMA}._private_jobs SET run_at = now() - interval '2 hours'")
    page = ask(boss, "requeue", [entry])
    assert "2 h ago). Is a worker running?" in page.text
    start(job)
    assert "Is a worker running?" not in ask(boss, "requeue", [entry]).text


def test_jobs_have_the_chosen_settings_when_confirmed(boss: Client) -> None:
    entries = add_entries(4, queue_name="'mail'", priority="7")
    later = (datetime.now(UTC) + timedelta(hours=2)).replace(second=0, microsecond=0)
    send(
        boss,
        ask(boss, "requeue", entries),
        run_at=later.strftime("%Y-%m-%dT%H:%M"),
        spread_minutes="40",
        priority="-3",
        queue_name="-",
        max_attempts="2",
    )
    found = jobs()
    assert {(job["priority"], job["queue"], job["max_attempts"]) for job in found} == {(-3, None, 2)}
    minutes = [round((job["run_at"] - later).total_seconds() / 60, 2) for job in found]
    assert sorted(minutes) == [0, 10, 20, 30]


def test_first_ones_are_tried_when_a_canary_is_chosen(boss: Client) -> None:
    entries = add_entries(5)
    page = send(boss, ask(boss, "requeue", entries), canary_size="2", canary_needed="1", canary_minutes="7")
    assert "watching the first ones" in page.text
    operation = BulkOperation.objects.get()
    assert (operation.canary_size, operation.canary_needed, operation.canary_minutes) == (2, 1, 7)
    assert len(jobs()) == 2


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"run_at": "2020-01-01T10:00"}, "That time has passed."),
        ({"run_at": "soon"}, "Enter a valid date/time."),
        ({"spread_minutes": "0"}, "greater than or equal to 1"),
        ({"priority": "40000"}, "less than or equal to 32767"),
        ({"max_attempts": "0"}, "greater than or equal to 1"),
        ({"canary_needed": "3"}, "Say how many are to be tried first."),
        ({"canary_size": "2", "canary_needed": "3"}, "That is more than the 2"),
        ({"queue_name": "q" * 129}, "at most 128 characters"),
        ({"key_policy": "ask"}, "Select a valid choice."),
    ],
)
def test_nothing_is_done_and_a_sentence_says_why_when_an_option_is_wrong(
    boss: Client, fields: dict[str, str], says: str
) -> None:
    page = send(boss, ask(boss, "requeue", [add_entry()]), **fields)
    assert says in page.text
    assert page.title.startswith("Confirm")
    assert not BulkOperation.objects.exists()
    if not {"key_policy", "canary_needed"} & set(fields):
        assert page.one("details", class_="dlq-more").get("open") is not None, "the complaint must not be folded away"


def test_note_takes_the_place_of_others_when_chosen(boss: Client) -> None:
    entry = add_entry(notes="old")
    send(boss, ask(boss, "note", [entry]), note="new", replace_notes="1")
    (text,) = sql(f"SELECT notes FROM {SCHEMA}.backfill_dlq WHERE id = %s", entry)[0]
    assert text.endswith("boss: new")
    assert "old" not in text
