"""What an operation's page tells of its result, and the ways on from there."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from dlq.models import BulkOperation, DeletedEntry, Requeue
from dlq.outcomes.settling import settle
from dlq.process.processor import process_failed_jobs
from dlq.table.location import TABLE
from tests.support.database import sql
from tests.support.entries import add_entries, add_entry, cell, ids
from tests.support.jobs import exhaust, fail, finish, jobs, start
from tests.support.operations import operate, requeue
from tests.support.pages import LIST, Page, get, operation_url, press, send
from tests.support.people import client_of

pytestmark = pytest.mark.django_db


def jobs_of(*entries: int) -> list[int]:
    """The jobs that the entries were requeued as: the engine numbers those of one call in no promised order."""
    return list(Requeue.objects.filter(entry_id__in=entries).values_list("job_id", flat=True))


def test_outcomes_are_said_when_the_jobs_have_run(boss: Client) -> None:
    entries = add_entries(6)
    operation = requeue(*entries)
    one, two, three, four, five, _six = (job["id"] for job in jobs())
    finish(one)
    finish(two)
    exhaust(three)
    fail(four)
    start(five)
    page = get(boss, operation_url(operation.pk))
    for words in (
        "2 finished, did not come back",
        "1 failed again",
        "1 failed, will be tried again",
        "1 running now",
        "1 waiting",
    ):
        assert page.links(words), words
    widths = [float(bar.get("width", "0")) for bar in page.document.iter() if str(bar.tag).endswith("}rect")]
    assert sum(widths) == pytest.approx(100)


def test_number_of_an_outcome_is_that_of_its_list_when_it_is_stored(boss: Client) -> None:
    operation = requeue(*add_entries(3))
    for job in jobs()[:2]:
        finish(job["id"])
    settle(1)
    (link,) = get(boss, operation_url(operation.pk)).links("2 finished, did not come back")
    assert len(Page.of(boss.get(link)).entries) == 2


def test_recovered_go_to_the_trash_when_their_button_is_confirmed(boss: Client) -> None:
    entries = add_entries(4)
    operation = requeue(*entries)
    for job in jobs_of(*entries[:3]):
        finish(job)
    settle(1)
    page = get(boss, operation_url(operation.pk))
    assert "Move the 3 recovered to the trash …" in page.buttons
    send(boss, press(boss, operation_url(operation.pk), "trash_recovered"))
    assert ids() == entries[3:]
    assert DeletedEntry.objects.count() == 3


def test_what_was_left_is_asked_about_when_requeued_again(boss: Client) -> None:
    entries = add_entries(3, priority="40000 * (n % 2)")
    operation = requeue(*entries)
    assert operation.skipped_count == 2
    confirmation = press(boss, operation_url(operation.pk), "again")
    assert "2 failed jobs" in confirmation.text
    send(boss, confirmation, priority="1")
    assert {job["priority"] for job in jobs()} == {0, 1}
    assert len(jobs()) == 3


def test_reasons_are_grouped_and_shown_one_by_one_when_chosen(boss: Client) -> None:
    operation = requeue(*add_entries(3, priority="99999"), add_entry(max_attempts=0))
    page = get(boss, operation_url(operation.pk))
    (link,) = page.links("the queue takes priorities from -32768 to 32767 only")
    assert "code=bad_priority" in link
    shown = get(boss, operation_url(operation.pk), code="bad_max_attempts")
    assert (
        len([link for link in shown.all("a") if link.get("href", "").endswith("/change/") and "#" in str(link.text)])
        == 1
    )


def test_file_has_every_reason_when_downloaded(boss: Client) -> None:
    entries = add_entries(120, priority="99999")
    operation = requeue(*entries)
    response = boss.get(f"{operation_url(operation.pk).removesuffix('change/')}problems/")
    assert "attachment" in response["Content-Disposition"]
    lines = list(csv.DictReader(io.StringIO(b"".join(response).decode())))
    assert [int(line["entry"]) for line in lines] == entries
    assert {line["code"] for line in lines} == {"bad_priority"}


def test_file_is_refused_when_somebody_may_not_see_the_operation(viewer: User) -> None:
    operation = requeue(add_entry(priority=99_999))
    address = f"{operation_url(operation.pk).removesuffix('change/')}problems/"
    assert client_of(viewer).get(address).status_code == 403


def test_waiting_jobs_are_recalled_when_the_button_is_pressed(boss: Client) -> None:
    entries = add_entries(3)
    operation = requeue(*entries)
    start(*jobs_of(entries[0]))
    page = press(boss, operation_url(operation.pk), "recall")
    assert "Recalled from the queue: 2 failed jobs." in page.text
    assert "1 skipped" in page.text
    assert [job["id"] for job in jobs()] == [Requeue.objects.get(entry_id=entries[0]).job_id]
    assert [cell(entry, "requeued_count") for entry in entries] == [1, 0, 0]
    assert f"operation {BulkOperation.objects.get(kind='recall').pk}" in get(boss, operation_url(operation.pk)).text


def test_entry_is_recalled_when_its_own_button_is_pressed(boss: Client) -> None:
    entry = add_entry()
    requeue(entry)
    address = f"{LIST}{entry}/change/"
    assert "Recall the requeue" in get(boss, address).buttons
    press(boss, address, "recall")
    assert (jobs(), cell(entry, "requeued_count"), cell(entry, "last_requeued_at")) == ([], 0, None)
    assert "Recall the requeue" not in get(boss, address).buttons


def test_requeue_of_an_entry_is_not_recalled_when_somebody_may_not(viewer: User) -> None:
    entry = add_entry()
    requeue(entry)
    client = client_of(viewer)
    assert "Recall the requeue" not in get(client, f"{LIST}{entry}/change/").buttons
    assert client.post(f"{LIST}{entry}/change/", {"recall": "1"}).status_code == 403
    assert len(jobs()) == 1


def test_number_of_queries_is_the_same_when_an_operation_is_large(
    boss: Client, django_assert_max_num_queries: object
) -> None:
    small, large = requeue(*add_entries(1)), requeue(*add_entries(60))
    for operation in (small, large):
        with django_assert_max_num_queries(30):  # type: ignore[operator]
            get(boss, operation_url(operation.pk))


def test_keyed_entry_that_came_back_is_told_of_when_it_failed_again(boss: Client) -> None:
    entry = add_entry(job_key="k")
    operation = requeue(entry)
    exhaust(jobs()[0]["id"])
    process_failed_jobs(TABLE)
    settle(1)
    assert get(boss, operation_url(operation.pk)).links("1 failed again")
    assert operate("requeue", [entry]).done_count == 1


def test_both_numbers_are_said_when_some_of_the_recovered_left_the_table(boss: Client) -> None:
    entries = add_entries(4)
    operation = requeue(*entries)
    for job in jobs():
        finish(job["id"])
    settle(1)
    sql(f"DELETE FROM {TABLE.regclass} WHERE id = %s", entries[0])
    page = get(boss, operation_url(operation.pk))
    assert "Move the 4 recovered to the trash …" in page.buttons
    assert "3 of 4 are still here" in page.text
    assert "3 failed jobs" in press(boss, operation_url(operation.pk), "trash_recovered").text


def test_button_and_report_are_renewed_with_the_legend(boss: Client) -> None:
    operation = requeue(*add_entries(2))
    page = get(boss, operation_url(operation.pk))
    renewed = page.one("section", id="dlq-outcomes").get("hx-select-oob", "")
    for part in renewed.split(","):
        assert page.one("div", id=part.removeprefix("#")) is not None
    assert page.one("div", id="dlq-follow-ups").findall(".//button")


def test_number_of_what_failed_again_leads_to_what_stands_for_it(boss: Client) -> None:
    entries = add_entries(3)
    operation = requeue(*entries)
    for job in jobs()[:2]:
        exhaust(job["id"])
    process_failed_jobs(TABLE)
    settle(1)
    came_back = sorted(set(ids()) - set(entries))
    (link,) = get(boss, operation_url(operation.pk)).links("2 failed again")
    assert sorted(get(boss, link).entries) == came_back


def test_what_its_own_jobs_came_back_as_did_not_arrive_since(boss: Client) -> None:
    add_entries(3)
    operation = operate("requeue", pairs=[("task_identifier", "send_email")])
    for job in jobs()[:2]:
        exhaust(job["id"])
    process_failed_jobs(TABLE)
    assert "arrived since" not in get(boss, operation_url(operation.pk)).text
    add_entry(task_identifier="send_email", failed_at=timezone.now())
    assert "1 new one arrived since" in get(boss, operation_url(operation.pk)).text


def test_it_says_what_is_left_of_it_when_some_were_recalled(boss: Client) -> None:
    entries = add_entries(3)
    operation = requeue(*entries)
    operate("recall", entries[:2])
    text = get(boss, operation_url(operation.pk)).text
    assert "Requeued: 3 failed jobs. 2 of these were recalled or replaced since: 1 is left of it." in text


def test_it_says_when_the_last_job_is_due_when_it_is_done_and_they_wait(boss: Client) -> None:
    operation = requeue(*add_entries(3), run_at=timezone.now() + timedelta(hours=3))
    text = get(boss, operation_url(operation.pk)).text
    assert "3 of its jobs are still to be run; the last one is due" in text
    assert "(in 3 h)" in text
