"""The real graphile-worker executes what is requeued here, and what dies there comes here."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client

from dlq.models import Requeue
from tests.support.database import sql
from tests.support.entries import add_entry, cell, ids, row_of
from tests.support.graphile import work
from tests.support.jobs import add_job, jobs
from tests.support.pages import LIST, Page, ask, entry_url, get, send
from tests.support.people import client_of

pytestmark = [pytest.mark.worker, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def written_down(transactional_db: None) -> Iterator[None]:
    sql("CREATE TABLE written_down (job_id bigint, payload json)")
    yield
    sql("DROP TABLE written_down")


@pytest.fixture
def boss(superuser: User) -> Client:
    return client_of(superuser)


def work_until_nothing_waits() -> None:
    """`--once` ends when it finds nothing to do, also where the next job's serial queue is just being freed."""
    for _round in range(50):
        work()
        if not any(job["attempts"] < job["max_attempts"] for job in jobs()):
            return
    pytest.fail("the worker leaves jobs that are due")


@pytest.mark.usefixtures("written_down")
def test_job_is_executed_when_its_entry_is_requeued_on_the_page(boss: Client) -> None:
    entry = add_entry(
        task_identifier="write_down", payload='{"customer": 42, "größe": "ü"}', queue_name="serial", job_key="k"
    )
    page = send(boss, ask(boss, "requeue", [entry]), note="try again")
    assert page.messages[0].startswith("Requeued: 1 failed job.")
    work()
    link = Requeue.objects.get()
    assert sql('SELECT job_id, payload::jsonb = \'{"customer": 42, "größe": "ü"}\' FROM written_down') == [
        (link.job_id, True)
    ]
    assert jobs() == []
    assert "did not come back" in get(boss, entry_url(entry)).text


@pytest.mark.usefixtures("written_down")
def test_jobs_run_in_the_entries_order_when_many_are_requeued_into_a_serial_queue(boss: Client) -> None:
    entries = [
        add_entry(task_identifier="write_down", queue_name="serial", payload=f'{{"n": {number}}}')
        for number in range(20)
    ]
    send(boss, ask(boss, "requeue", everything=True, query="?task_identifier=write_down"))
    work_until_nothing_waits()
    assert [payload["n"] for (payload,) in sql("SELECT payload FROM written_down ORDER BY ctid")] == list(range(20))
    assert len(entries) == 20


def test_job_is_in_the_list_when_it_died_in_the_worker(boss: Client) -> None:
    job = add_job("always_dies", '{"customer": "acme"}', max_attempts=1)
    work()
    call_command("process_failed_jobs", verbosity=0)
    page = get(boss, LIST)
    (entry,) = page.entries
    assert "no mail server for acme" in page.text
    row = row_of(entry)
    assert (row["original_job_id"], row["task_identifier"], row["failure_reason"]) == (
        job,
        "always_dies",
        "Job exceeded maximum retry attempts (1/1)",
    )
    assert jobs() == []


@pytest.mark.parametrize("key", [None, "order-7"])
def test_entry_tells_of_it_when_its_requeued_job_died_again(boss: Client, key: str | None) -> None:
    entry = add_entry(
        task_identifier="always_dies", payload='{"customer": "acme"}', max_attempts=1, job_key=key, notes="mine"
    )
    send(boss, ask(boss, "requeue", [entry]))
    work()
    call_command("process_failed_jobs", verbosity=0)
    page = get(boss, entry_url(entry))
    if key:
        assert ids() == [entry]
        assert "came back here" in page.text
        assert (cell(entry, "failure_count"), cell(entry, "notes"), cell(entry, "requeued_count")) == (6, "mine", 1)
    else:
        (second,) = set(ids()) - {entry}
        assert page.links(f"Compare with #{second}")
        assert get(boss, entry_url(second)).links(f"Compare with #{entry}")
    again = Page.of(boss.get(LIST))
    assert len(again.entries) == (1 if key else 2)
