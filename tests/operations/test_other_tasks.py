"""A job of another task that has an entry's key is replaced only where somebody chose that, and it is named."""

from __future__ import annotations

import pytest
from django.test import Client

from dlq.models import BulkOperation, Requeue
from tests.support.entries import add_entry, cell
from tests.support.jobs import add_job, jobs, start
from tests.support.operations import reasons, requeue, wording
from tests.support.pages import ask, get, operation_url, send

pytestmark = pytest.mark.django_db


def test_confirmation_names_the_task_and_replaces_it_when_ticked(boss: Client) -> None:
    add_job("charge", job_key="k")
    page = ask(boss, "requeue", [add_entry(job_key="k")])
    assert "also those of another task: charge (1)" in page.text
    send(boss, page, key_policy="replace", also_other_tasks="on")
    operation = BulkOperation.objects.get()
    assert operation.done_count == 1
    assert [job["task"] for job in jobs()] == ["send_email"]
    assert Requeue.objects.get().replaced_task == "charge"
    assert "replaced: charge (1)" in get(boss, operation_url(operation.pk)).text


def test_nothing_is_asked_when_the_job_is_of_the_same_task(boss: Client) -> None:
    add_job(job_key="k")
    page = ask(boss, "requeue", [add_entry(job_key="k")])
    assert "also_other_tasks" not in page.fields()
    send(boss, page, key_policy="replace")
    assert Requeue.objects.get().replaced_task == ""


@pytest.mark.parametrize("is_running", [False, True])
def test_entry_is_skipped_with_the_task_when_that_was_not_chosen(is_running: bool) -> None:
    job = add_job("charge", job_key="k")
    if is_running:
        start(job)
    before = jobs()
    entry, other = add_entry(job_key="k"), add_entry()
    operation = requeue(entry, other, key_policy="replace")
    assert (operation.done_count, operation.skipped_count) == (1, 1)
    assert reasons(operation) == {entry: wording("key_of_other_task").format(about="charge")}
    assert jobs()[:1] == before
    assert cell(entry, "requeued_count") == 0


def test_key_is_dropped_all_the_same_when_the_job_is_of_another_task() -> None:
    add_job("charge", job_key="k")
    assert requeue(add_entry(job_key="k"), key_policy="drop").done_count == 1
    assert [(job["task"], job["key"]) for job in jobs()] == [("charge", "k"), ("send_email", None)]
