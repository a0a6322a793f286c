"""The page of one entry: what failed, why, when, and what came of it."""

from __future__ import annotations

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dlq.models.backfilldlq import TABLE
from dlq.services.process import process_failed_jobs
from tests.support.database import SCHEMA, sql, value
from tests.support.entries import add_entry, cell, ids, text_of
from tests.support.jobs import exhaust, finish, jobs, start
from tests.support.operations import operate, requeue
from tests.support.pages import LIST, Page, entry_url, get, history_url, operation_url
from tests.support.pages import text_of as words_of
from tests.support.people import client_of

pytestmark = pytest.mark.django_db


def events(page: Page) -> list[str]:
    return [words_of(item) for box in page.all("ol", class_="dlq-events") for item in box.iter("li")]


def test_everything_about_the_entry_stands_on_its_page_when_opened(boss: Client) -> None:
    entry = add_entry(
        task_identifier="charge",
        queue_name="bills",
        priority=-3,
        job_key="order-7",
        max_attempts=None,
        original_job_id=4711,
        failure_reason="gave up",
        failure_count=6,
        requeued_count=2,
        notes="call them",
        created_by="rust",
        payload='{"n": 10.00}',
        last_error='{"message": "no money", "code": 1.50}',
    )
    page = get(boss, entry_url(entry))
    facts = {words_of(box.find("dt")): words_of(box.find("dd")) for box in page.one("dl", class_="dlq-facts")}  # type: ignore[arg-type]
    assert facts["Task"] == "charge"
    assert facts["Queue"] == "bills"
    assert facts["Priority"] == "-3"
    assert facts["Key"] == "order-7"
    assert facts["Attempts allowed"] == "the queue’s default"
    assert facts["Job id"] == "4711"
    assert facts["Failures"] == "6"
    assert facts["Requeues"].startswith("2")
    assert facts["created_by"] == "rust"
    assert "no money" in words_of(page.one("p", class_="dlq-reason"))
    assert "Reason given: gave up" in page.text
    assert '"n": 10.00' in page.text
    assert '"code": 1.50' in page.text
    assert words_of(page.one("textarea", name="notes")) == "call them"


def test_unknown_things_are_said_in_words_when_the_entry_has_none(boss: Client) -> None:
    entry = add_entry(queue_name="", job_key=None, last_error=None, original_job_id=None, created_by=None)
    page = get(boss, entry_url(entry))
    assert "no queue" in page.text
    assert "not known" in page.text
    assert "No error text was kept." in page.text


@pytest.mark.parametrize(
    "column",
    [
        "tenant_id text",
        '"Odd %% name" text',
        '"with space" int',
        '"quo""te\'s" jsonb',
        '"semi;colon" text',
        '"a--b" date',
        '"dot.ted" text',
    ],
)
def test_owners_columns_show_without_any_setting_when_the_table_has_them(boss: Client, column: str) -> None:
    sql(f"ALTER TABLE {SCHEMA}.backfill_dlq ADD COLUMN {column}".replace("%%", "%"))
    entry = add_entry()
    page = get(boss, entry_url(entry))
    name = value(
        "SELECT attname::text FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 ORDER BY attnum DESC LIMIT 1",
        TABLE.regclass,
    )
    assert name in [words_of(term) for term in page.all("dt")]


def test_traceback_is_shown_as_such_when_the_error_is_one(boss: Client) -> None:
    entry = add_entry(last_error='"Traceback (most recent call last):\\n  File \\"a.py\\", line 3\\nKeyError: \'x\'"')
    page = get(boss, entry_url(entry))
    (block,) = page.all("pre", class_="dlq-traceback")
    assert "".join(block.itertext()).split("\n")[1] == '  File "a.py", line 3'
    assert words_of(page.one("p", class_="dlq-reason")) == "KeyError: 'x'"


@pytest.mark.parametrize(
    "payload", ['{"n": 10.00, "big": 1152921504606846976}', "null", "[]", '"x"', "0.1000000000000000055"]
)
def test_payload_is_postgresqls_own_print_when_shown_and_downloaded(boss: Client, payload: str) -> None:
    entry = add_entry(payload=payload)
    pretty = value(f"SELECT jsonb_pretty(payload) FROM {SCHEMA}.backfill_dlq WHERE id = %s", entry)
    (block,) = get(boss, entry_url(entry)).all("pre", class_="dlq-json")
    assert "".join(block.itertext()).strip("\n") == pretty
    response = boss.get(f"{entry_url(entry).removesuffix('change/')}payload/")
    assert response.content.decode() == pretty
    assert response["Content-Type"] == "application/json"
    assert response["Content-Disposition"] == f'attachment; filename="entry-{entry}-payload.json"'


def test_page_stays_small_and_the_whole_can_be_downloaded_when_the_payload_is_a_megabyte(boss: Client) -> None:
    entry = add_entry()
    sql(f"UPDATE {SCHEMA}.backfill_dlq SET payload = jsonb_build_object('x', repeat('<&\"', 350000), 'end', 'here')")
    pretty = value(f"SELECT jsonb_pretty(payload) FROM {SCHEMA}.backfill_dlq")
    page = get(boss, entry_url(entry))
    assert len(page.response.content) < 1_000_000
    (block,) = page.all("pre", class_="dlq-json")
    assert "".join(block.itertext()).strip("\n") == pretty[: 64 * 1024]
    assert f"{len(pretty):,} characters" in page.text
    (link,) = page.links("Download the whole")
    assert boss.get(link).content.decode() == pretty


def test_error_is_downloaded_when_it_is_asked_for(boss: Client) -> None:
    entry = add_entry(last_error='{"a": 1.0}')
    address = f"{entry_url(entry).removesuffix('change/')}payload/"
    assert boss.get(address, {"column": "last_error"}).content.decode() == '{\n    "a": 1.0\n}'
    assert boss.get(address, {"column": "notes"}).status_code == 404
    assert boss.get(f"{LIST}999999999/payload/").status_code == 404


@pytest.mark.parametrize("number", ["999999999", "0", "9223372036854775807"])
def test_people_are_led_to_its_history_when_the_entry_is_gone(boss: Client, number: str) -> None:
    page = Page.of(boss.get(f"{LIST}{number}/change/", follow=True))
    assert page.status == 200
    assert any(f"There is no failed job {number} any more" in message for message in page.messages)


@pytest.mark.parametrize("number", ["abc", "-1", "1.5", "９", "99999999999999999999", "1e3"])
def test_page_is_not_a_server_error_when_the_number_makes_no_sense(boss: Client, number: str) -> None:
    assert Page.of(boss.get(f"{LIST}{number}/change/", follow=True)).status in (200, 404)
    assert Page.of(boss.get(f"{LIST}{number}/history/", follow=True)).status in (200, 404)


# The timeline


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
        (start, "running now"),
        (exhaust, "failed again, on its way back here"),
        (finish, "no longer in the queue, and did not come back"),
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
    assert forward.links(f"Entry {second}") == [entry_url(second)]
    assert f"came back as entry {second}" in forward.text
    back = get(boss, entry_url(second))
    assert back.links(f"Entry {first}") == [entry_url(first)]


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
            requeue(entry)
            finish(jobs()[-1]["id"])
        with CaptureQueriesContext(connection) as queries:
            get(boss, entry_url(entry))
        counts.append(len(queries))
    assert counts[0] == counts[1]


# Notes


def save(client: Client, entry: int, notes: str, seen: str) -> Page:
    return Page.of(client.post(entry_url(entry), {"notes": notes, "seen": seen}, follow=True))


def test_only_the_notes_change_when_they_are_saved(boss: Client) -> None:
    entry = add_entry(payload='{"n": 10.00}', notes=None)
    before = (text_of(entry) or "").split(",")
    page = save(boss, entry, "line one\r\nline two", "")
    assert "The notes were saved." in page.messages
    assert cell(entry, "notes") == "line one\nline two"
    sql(f"UPDATE {SCHEMA}.backfill_dlq SET notes = NULL")
    assert (text_of(entry) or "").split(",") == before


def test_change_of_notes_has_a_name_on_it_when_saved(boss: Client, superuser: User) -> None:
    entry = add_entry(notes="before")
    save(boss, entry, "after", "before")
    edit = LogEntry.objects.get()
    assert (edit.user, edit.object_id) == (superuser, str(entry))
    line = events(get(boss, history_url(entry)))[0]
    assert "Notes changed by boss" in line
    assert "before" in line
    assert "after" in line


def test_both_texts_are_shown_and_none_is_lost_when_two_people_write_at_once(boss: Client, annotator: User) -> None:
    entry = add_entry(notes="old")
    save(boss, entry, "mine came first", "old")
    page = save(client_of(annotator), entry, "my own long text", "old")
    assert cell(entry, "notes") == "mine came first"
    assert page.all("div", class_="dlq-conflict")
    assert "mine came first" in page.text
    assert words_of(page.one("textarea", name="notes")) == "my own long text"
    assert page.value("seen") == "mine came first"
    again = save(client_of(annotator), entry, "my own long text", page.value("seen"))
    assert cell(entry, "notes") == "my own long text"
    assert not again.all("div", class_="dlq-conflict")


def test_nothing_is_logged_when_notes_are_saved_unchanged(boss: Client) -> None:
    entry = add_entry(notes="a\nb")
    save(boss, entry, "a\r\nb", "a\r\nb")
    assert not LogEntry.objects.exists()
    assert cell(entry, "notes") == "a\nb"


def test_notes_become_null_when_they_are_emptied(boss: Client) -> None:
    entry = add_entry(notes="x")
    save(boss, entry, "", "x")
    assert cell(entry, "notes") is None


@pytest.mark.parametrize("notes", ["x" * 100_001, "nul\x00"])
def test_reason_is_shown_and_the_text_kept_when_notes_are_refused(boss: Client, notes: str) -> None:
    entry = add_entry(notes="old")
    page = save(boss, entry, notes, "old")
    assert page.status == 200
    assert page.all("ul", class_="errorlist")
    assert cell(entry, "notes") == "old"


def test_people_are_told_when_the_entry_vanished_while_they_wrote(boss: Client) -> None:
    entry = add_entry()
    sql(f"DELETE FROM {SCHEMA}.backfill_dlq")
    assert any("There is no failed job" in message for message in save(boss, entry, "x", "").messages)


# The history


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
