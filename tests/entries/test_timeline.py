"""An entry's timeline and history tell all that happened to it, also when it is gone."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dlq.process.processor import process_failed_jobs
from dlq.table.location import TABLE
from tests.support.database import sql
from tests.support.entries import add_entry, ids
from tests.support.jobs import add_job, exhaust, finish, jobs, start
from tests.support.operations import operate, requeue
from tests.support.pages import Page, entry_url, events, get, history_url, operation_url

pytestmark = pytest.mark.django_db


def test_timeline_tells_creation_due_time_and_failure_when_known(boss: Client) -> None:
    entry = add_entry(
        original_created_at="2026-01-01 10:00+00",
        original_run_at="2026-01-01 11:00+00",
        failed_at="2026-01-01 12:00+00",
        original_job_id=9,
    )
    first, second, third = events(get(boss, entry_url(entry)))
    assert "10:00:00" in first
    assert "Created" in first
    assert "Due" in second
    assert "Failed for good" in third


@pytest.mark.parametrize(
    ("state", "says"),
    [
        (lambda job: None, "waiting"),
        (start, "running since"),
        (exhaust, "failed again, on its way back here"),
        (finish, "finished, did not come back"),
    ],
)
def test_timeline_says_what_became_of_the_requeue_when_asked(boss: Client, state: object, says: str) -> None:
    entry = add_entry()
    requeue(entry, actor="ann")
    job = jobs()[0]["id"]
    state(job)  # type: ignore[operator]
    line = events(get(boss, entry_url(entry)))[-1]
    assert "Requeued by ann" in line
    assert f"as job {job}" in line
    assert says in line


def test_timeline_tells_of_it_when_the_library_requeued_the_entry(boss: Client) -> None:
    entry = add_entry(requeued_count=1, last_requeued_at="2026-01-01 00:00+00")
    assert any("Requeued by elsewhere" in line for line in events(get(boss, entry_url(entry))))
    requeue(entry)
    lines = [line for line in events(get(boss, entry_url(entry))) if "Requeued" in line]
    assert len(lines) == 1


def test_entries_lead_to_each_other_when_the_requeued_job_failed_again(boss: Client) -> None:
    first = add_entry(job_key=None)
    requeue(first, actor="ann")
    exhaust(jobs()[0]["id"])
    process_failed_jobs(TABLE)
    second = next(entry for entry in ids() if entry != first)
    forward = get(boss, entry_url(first))
    assert forward.links(f"Compare with #{second}")
    assert f"came back as failed job {second}" in forward.text
    back = get(boss, entry_url(second))
    assert back.links(f"Compare with #{first}")


def test_entry_says_it_came_back_here_when_it_has_a_key(boss: Client) -> None:
    entry = add_entry(job_key="k")
    requeue(entry)
    exhaust(jobs()[0]["id"])
    process_failed_jobs(TABLE)
    assert ids() == [entry]
    assert any("came back here" in line for line in events(get(boss, entry_url(entry))))


def test_similar_entries_are_a_link_away_when_there_are_some(boss: Client) -> None:
    error = 'He said "no" to 50% of C:\\new_1'
    entry = add_entry(job_key="k%", last_error=f'"{error}"'.replace("\\", "\\\\").replace('said "no"', 'said \\"no\\"'))
    twin = add_entry(last_error=f'"x {error} y"'.replace("\\", "\\\\").replace('said "no"', 'said \\"no\\"'))
    other = add_entry(task_identifier="other", last_error='"x"')
    page = get(boss, entry_url(entry))
    found = {
        label: set(Page.of(boss.get(page.links(label)[0])).entries) for label in ("Same task", "Same error", "Same key")
    }
    assert found == {"Same task": {entry, twin}, "Same error": {entry, twin}, "Same key": {entry}}
    assert other


def test_number_of_queries_is_the_same_when_the_history_is_long(boss: Client) -> None:
    entry = add_entry()
    counts = []
    for _round in range(2):
        for _requeue in range(3):
            requeue(entry, also_recovered=True)
            finish(jobs()[-1]["id"])
        with CaptureQueriesContext(connection) as queries:
            get(boss, entry_url(entry))
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_history_tells_all_of_the_entry_when_it_was_requeued_noted_and_deleted(boss: Client) -> None:
    entry = add_entry()
    requested = requeue(entry, actor="ann")
    operate("note", [entry], actor="bob", note="told them")
    skipped = requeue(entry, actor="cid")
    deleted = operate("delete", [entry], actor="dan", reason="too old")
    page = get(boss, history_url(entry))
    text = page.text
    assert "no longer in the table" in text
    for words in (
        "Requeued by ann",
        "Note by bob",
        "told them",
        "Requeue skipped by cid",
        "already on its way",
        "Moved to the trash by dan",
        "too old",
    ):
        assert words in text
    for operation in (requested, skipped, deleted):
        assert operation_url(operation.pk) in page.links(f"Operation {operation.pk}")


def test_history_says_so_when_nothing_is_known(boss: Client) -> None:
    assert "Nothing is known of failed job 999999" in get(boss, history_url(999_999)).text


def test_history_still_names_who_deleted_the_entry_when_it_was_restored(boss: Client) -> None:
    entry = add_entry()
    deletion = operate("delete", [entry], actor="dan", reason="too old")
    boss.post(operation_url(deletion.pk), {"restore": "1"})
    told = "\n".join(events(get(boss, history_url(entry))))
    assert "Moved to the trash by dan" in told
    assert "too old" in told
    assert "Restored from the trash by boss" in told


def test_timeline_claims_no_older_jobs_creation_when_a_key_failed_again_by_the_library(boss: Client) -> None:
    """Its upsert puts in the new job's number and leaves the older job's times."""
    entry = add_entry(
        job_key="k",
        failure_count=1,
        original_job_id=473,
        original_created_at="2026-01-01 10:00+00",
        failed_at="2026-01-01 12:00+00",
    )
    assert "job 473" in next(line for line in events(get(boss, entry_url(entry))) if "Created" in line)
    requeue(entry)
    job = jobs()[0]["id"]
    sql(
        f"UPDATE {TABLE.regclass} SET original_job_id = %s, failed_at = now() + interval '1 second', failure_count = 2"
        " WHERE id = %s",
        job,
        entry,
    )
    lines = events(get(boss, entry_url(entry)))
    created = next(line for line in lines if "Created" in line)
    assert "an earlier job with its key" in created
    assert f"job {job}" not in created
    first, last = (line for line in lines if "Failed for good" in line)
    assert "12:00:00" in first
    assert f"as job {job}" in last


def test_timeline_leaves_open_whose_creation_it_is_when_nothing_tells(boss: Client) -> None:
    entry = add_entry(job_key="k", failure_count=2, original_job_id=473, original_created_at="2026-01-01 10:00+00")
    created = next(line for line in events(get(boss, entry_url(entry))) if "Created" in line)
    assert "maybe an earlier one" in created
    assert "473" not in created


def test_history_names_the_other_task_when_its_job_was_replaced(boss: Client) -> None:
    add_job("charge", job_key="k")
    entry = add_entry(job_key="k")
    requeue(entry, key_policy="replace", also_other_tasks=True)
    for address in (entry_url(entry), history_url(entry)):
        assert any(
            "in place of a waiting job with the same key of another task: charge" in line
            for line in events(get(boss, address))
        )
