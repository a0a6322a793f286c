"""From the list to the confirmation page and on: what was confirmed is what happens, once."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client

from dlq.models import BulkOperation, DeletedEntry, Requeue
from tests.support.database import SCHEMA, sql
from tests.support.entries import add_entries, add_entry, cell, ids
from tests.support.jobs import add_job, jobs
from tests.support.pages import CONFIRMED, LIST, Page, ask, entry_url, send

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("kind", ["requeue", "delete", "note"])
def test_nothing_is_done_when_only_the_confirmation_page_is_shown(boss: Client, kind: str) -> None:
    entries = add_entries(3)
    page = ask(boss, kind, entries)
    assert page.title.startswith("Confirm")
    assert page.fields() >= {"token", "reason"}
    assert len([form for form in page.all("form", method="post") if form.get("action") == CONFIRMED]) == 1
    assert (jobs(), ids(), BulkOperation.objects.count()) == ([], sorted(entries), 0)


def test_one_entry_is_requeued_when_confirmed_from_its_page(boss: Client) -> None:
    entry, other = add_entry(), add_entry()
    page = send(boss, ask(boss, "requeue", [entry]), reason="mail is back")
    assert page.response.redirect_chain[-1][0] == entry_url(entry)
    assert page.messages[0].startswith("Requeued: 1 failed job.")
    assert Requeue.objects.get().entry_id == entry
    operation = BulkOperation.objects.get()
    assert (operation.actor, operation.reason, operation.kind) == ("boss", "mail is back", "requeue")
    assert cell(other, "requeued_count") == 0


def test_ticked_entries_are_deleted_when_confirmed(boss: Client) -> None:
    entries = add_entries(5)
    page = send(boss, ask(boss, "delete", entries[:3]))
    assert page.messages[0].startswith("Moved to the trash: 3 failed jobs.")
    assert ids() == entries[3:]
    assert DeletedEntry.objects.count() == 3


def test_note_is_added_when_confirmed_and_asked_for_when_empty(boss: Client) -> None:
    entries = add_entries(2)
    page = ask(boss, "note", entries)
    again = send(boss, page, note="  ")
    assert "Write the note that is to be added." in again.text
    assert not BulkOperation.objects.exists()
    assert send(boss, again, note="told them").messages[0].startswith("Given the note: 2 failed jobs.")
    assert all("boss: told them" in cell(entry, "notes") for entry in entries)


def test_confirmation_shows_number_breakdown_and_samples_when_everything_is_chosen(boss: Client) -> None:
    add_entries(30, task_identifier="'t' || n % 3", queue_name="CASE WHEN n % 2 = 0 THEN '' ELSE 'bills' END")
    page = ask(boss, "requeue", everything=True, query="?task_identifier=t1&task_identifier=t2")
    assert "20 failed jobs" in page.text
    assert "everything that matches: Task is t1 or t2" in page.text
    tasks, queues = page.all("table", class_="dlq-breakdown")
    assert [["".join(cell.itertext()) for cell in row] for row in tasks.iter("tr")][1:] == [["t1", "10"], ["t2", "10"]]
    assert {"".join(row[0].itertext()) for row in queues.iter("tr")} == {"Queue", "no queue", "bills"}


@pytest.mark.parametrize("kind", ["requeue", "delete", "note"])
def test_all_that_match_and_nothing_else_is_done_when_there_are_over_a_thousand(boss: Client, kind: str) -> None:
    wanted = add_entries(1_101, task_identifier="'wanted'")
    others = add_entries(5, task_identifier="'other'")
    page = ask(boss, kind, everything=True, query="?task_identifier=wanted")
    assert "1,101 failed jobs" in page.text
    done = send(boss, page, note="n", confirm_count="1,101")
    assert "1,101 failed jobs" in done.messages[0]
    operation = BulkOperation.objects.get()
    assert (operation.done_count, operation.skipped_count, operation.failed_count) == (1_101, 0, 0)
    if kind == "requeue":
        assert set(Requeue.objects.values_list("entry_id", flat=True)) == set(wanted)
    if kind == "delete":
        assert ids() == others
    assert len(jobs()) == (1_101 if kind == "requeue" else 0)
    assert dict(done.response.request)["QUERY_STRING"] == "task_identifier=wanted"


def test_500_can_be_ticked_and_501_not_when_chosen(boss: Client) -> None:
    entries = add_entries(501)
    refused = ask(boss, "requeue", entries)
    assert refused.messages == [
        "At most 500 rows can be ticked at once. Nothing was done: use a filter and select everything."
    ]
    page = ask(boss, "requeue", entries[:500])
    assert len(page.all("input", type="hidden")) < 10
    assert send(boss, page).messages[0].startswith("Requeued: 500 failed jobs.")


def test_number_must_be_typed_when_many_are_deleted(boss: Client, settings: object) -> None:
    settings.DLQ_CONFIRM_ABOVE = 4  # type: ignore[attr-defined]
    entries = add_entries(5)
    assert "confirm_count" not in ask(boss, "delete", entries[:4]).fields()
    assert "confirm_count" not in ask(boss, "requeue", entries).fields()
    page = ask(boss, "delete", entries)
    for typed in ({}, {"confirm_count": ""}, {"confirm_count": "4"}, {"confirm_count": "yes"}):
        page = send(boss, page, **typed)
        assert page.title.startswith("Confirm")
        assert not BulkOperation.objects.exists()
        assert ids() == entries
    send(boss, page, confirm_count=" 5 ")
    assert ids() == []


def test_one_job_is_made_when_the_same_confirmation_is_sent_twice(boss: Client) -> None:
    entry = add_entry()
    page = ask(boss, "requeue", [entry])
    first, second = send(boss, page), send(boss, page)
    assert len(jobs()) == 1
    assert BulkOperation.objects.count() == 1
    assert cell(entry, "requeued_count") == 1
    assert second.messages[0].startswith("This confirmation was sent before.")
    assert second.messages[1] == first.messages[0]


def test_entry_is_skipped_when_its_job_still_waits_and_it_is_requeued_again(boss: Client) -> None:
    entry = add_entry()
    send(boss, ask(boss, "requeue", [entry]))
    page = send(boss, ask(boss, "requeue", [entry]))
    job = jobs()[0]["id"]
    assert page.messages[0].startswith(
        f"Requeued: 0 failed jobs. 1 skipped: already on its way: its job {job} waits to be run."
    )
    assert len(jobs()) == 1


@pytest.mark.parametrize(("policy", "done"), [("", 0), ("skip", 0), ("replace", 1), ("drop", 1)])
def test_key_policy_is_the_one_chosen_when_confirmed(boss: Client, policy: str, done: int) -> None:
    add_job(job_key="k")
    send(boss, ask(boss, "requeue", [add_entry(job_key="k")]), key_policy=policy)
    assert BulkOperation.objects.get().done_count == done


def test_choice_is_refused_when_there_is_no_such_policy(boss: Client) -> None:
    entry = add_entry()
    assert send(boss, ask(boss, "requeue", [entry]), key_policy="destroy").title.startswith("Confirm")
    assert jobs() == []


def test_arrivals_are_left_alone_when_they_come_after_the_page_was_shown(boss: Client) -> None:
    first = add_entry()
    page = ask(boss, "delete", everything=True)
    late = add_entry()
    send(boss, page)
    assert ids() == [late]
    assert first not in ids()


def test_relative_time_stays_what_it_was_when_the_page_was_shown(boss: Client) -> None:
    add_entry()
    page = ask(boss, "delete", everything=True, query="?failed_after=24h")
    before = sql("SELECT now() - interval '24 hours'")[0][0]
    send(boss, page)
    frozen = dict(BulkOperation.objects.get().filter)
    assert set(frozen) == {"failed_after", "status"}
    text = frozen["failed_after"]
    assert abs(datetime.fromisoformat(text) - before) < timedelta(minutes=1)


def test_number_of_those_that_no_longer_match_is_said_when_done(boss: Client) -> None:
    add_entries(3)
    page = ask(boss, "delete", everything=True)
    sql(f"DELETE FROM {SCHEMA}.backfill_dlq WHERE id = (SELECT max(id) FROM {SCHEMA}.backfill_dlq)")
    assert "1 no longer matched when their turn came" in send(boss, page).messages[0]


@pytest.mark.parametrize("kind", ["requeue", "delete", "note"])
def test_nothing_is_selected_when_the_filter_has_an_error(boss: Client, kind: str) -> None:
    add_entries(3)
    page = ask(boss, kind, everything=True, query="?task=x")
    assert "token" not in page.fields()
    assert not BulkOperation.objects.exists()


def test_people_are_told_when_what_they_ticked_is_gone(boss: Client) -> None:
    add_entry()
    page = ask(boss, "requeue", [999_999])
    assert any("Nothing was done" in message or "None of what you selected" in message for message in page.messages)


@pytest.mark.parametrize("ticked", ["x", "-1", "1.5", "99999999999999999999", "1; DROP TABLE x", "９"])
def test_nothing_is_done_when_a_ticked_number_makes_no_sense(boss: Client, ticked: str) -> None:
    add_entry()
    page = Page.of(
        boss.post(LIST, {"action": "requeue_selected", "_selected_action": ticked, "index": "0"}, follow=True)
    )
    assert page.status == 200
    assert "Nothing was done." in page.messages[0]
