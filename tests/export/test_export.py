"""The export streams what the filter matches: harmless in a spreadsheet as CSV, to the last digit as JSON lines."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.support.database import sql
from tests.support.entries import add_entries

pytestmark = pytest.mark.django_db

EXPORT = "/admin/dlq/backfilldlq/export/"


def body(client: Client, **query: str) -> str:
    response = client.get(EXPORT, query)
    assert response.status_code == 200
    return b"".join(response.streaming_content).decode()  # type: ignore[attr-defined]


def test_csv_has_every_column_and_only_what_matches(boss: Client, entry: Callable[..., int]) -> None:
    sql("ALTER TABLE graphile_worker.backfill_dlq ADD COLUMN tenant_id text")
    wanted = entry(task_identifier="send_email", notes='He said "no"\nand left', tenant_id="acme")
    entry(task_identifier="charge_card")
    (row,) = csv.DictReader(io.StringIO(body(boss, format="csv", task_identifier="send_email")))
    assert row["id"] == str(wanted)
    assert row["notes"] == 'He said "no"\nand left'
    assert row["tenant_id"] == "acme"
    assert json.loads(row["payload"]) == {"customer_id": 42}


@pytest.mark.parametrize("start", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_csv_makes_a_formula_harmless_when_a_text_begins_like_one(
    boss: Client, entry: Callable[..., int], start: str
) -> None:
    entry(task_identifier=start, notes=start)
    (row,) = csv.DictReader(io.StringIO(body(boss, format="csv"), newline=""))
    assert (row["task_identifier"], row["notes"]) == (f"'{start}", f"'{start}")


def test_jsonl_keeps_every_digit_and_says_when_it_is_complete(boss: Client, entry: Callable[..., int]) -> None:
    payload = '{"big": 1152921504606846976, "fine": 0.1000000000000000055, "price": 10.00, "text": "a\\\\b\\n\\u0001"}'
    entry(payload=payload, notes="=1\\n\n")
    entry(payload="null", last_error=None)
    first, second, last = body(boss, format="jsonl").splitlines()
    lines = [json.loads(line, parse_float=str) for line in (first, second)]
    exact = next(line for line in lines if line["payload"])
    assert exact["payload"] == {"big": 2**60, "fine": "0.1000000000000000055", "price": "10.00", "text": "a\\b\n\x01"}
    assert exact["notes"] == "=1\\n\n"
    assert json.loads(last) == {"complete": True, "entries": 2}


def test_export_streams_many_entries(boss: Client) -> None:
    add_entries(3000)
    assert len(body(boss, format="jsonl").splitlines()) == 3001


@pytest.mark.parametrize("query", [{"format": "xml"}, {"format": "csv", "failed_after": "bogus"}, {"nonsense": "1"}])
def test_export_gives_a_sentence_and_no_rows_when_the_address_is_wrong(
    boss: Client, entry: Callable[..., int], query: dict[str, str]
) -> None:
    entry()
    response = boss.get(EXPORT, query, follow=True)
    assert "Nothing was exported." in response.content.decode()


def test_export_is_refused_and_not_offered_without_its_permission(
    viewer: User, login: Callable[[User], Client], entry: Callable[..., int]
) -> None:
    entry()
    client = login(viewer)
    assert client.get(EXPORT).status_code == 403
    assert "export/" not in client.get("/admin/dlq/backfilldlq/").content.decode()
