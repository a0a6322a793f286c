"""The page of one entry: what failed, why, when, and what came of it."""

from __future__ import annotations

import pytest
from django.test import Client

from dlq.table.location import TABLE
from tests.support.database import SCHEMA, sql, value
from tests.support.entries import add_entry
from tests.support.pages import LIST, Page, entry_url, get
from tests.support.pages import text_of as words_of

pytestmark = pytest.mark.django_db


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
    assert b"".join(response).decode() == pretty
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
    assert b"".join(boss.get(link)).decode() == pretty


def test_error_is_downloaded_when_it_is_asked_for(boss: Client) -> None:
    entry = add_entry(last_error='{"a": 1.0}')
    address = f"{entry_url(entry).removesuffix('change/')}payload/"
    assert b"".join(boss.get(address, {"column": "last_error"})).decode() == '{\n    "a": 1.0\n}'
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
