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


TEXT_OF_AN_EXTENSION = """
    CREATE TYPE citext_like;
    CREATE FUNCTION read(cstring) RETURNS citext_like AS 'textin' LANGUAGE internal IMMUTABLE STRICT;
    CREATE FUNCTION print(citext_like) RETURNS cstring AS 'textout' LANGUAGE internal IMMUTABLE STRICT;
    CREATE TYPE citext_like (INPUT = read, OUTPUT = print, LIKE = text, CATEGORY = 'S');
"""
"""Made as citext is, which not every PostgreSQL has."""
OWNERS = {
    "citext_like": ("=1+1", "'=1+1"),
    "label": ("@SUM(A1)", "'@SUM(A1)"),
    "name": ("-2+3", "'-2+3"),
    "varchar(20)": ("+1", "'+1"),
    "char(4)": ("=1", "'=1  "),
    "text": ("-5", "-5"),
    "text[]": ("{=1+1}", "{=1+1}"),
    "json": ('\n"=1"', '\'\n"=1"'),
    "jsonb": ("-5", "-5"),
    "numeric": ("-1.5", "-1.5"),
    "double precision": ("-1.5e-30", "-1.5e-30"),
    "numeric(9,2)": ("-5", "-5.00"),
    "real": ("-Infinity", "'-Infinity"),
    "date": ("-infinity", "'-infinity"),
    "timestamptz": ("-infinity", "'-infinity"),
    "timestamp(3)": ("2026-01-01 00:00:00.5", "2026-01-01 00:00:00.5"),
    "interval": ("-1 hour", "'-01:00:00"),
    "money": ("-5", "'-$5.00"),
    "int4range": ("[-5,1)", "[-5,1)"),
    "pair": ("(-1,=1)", "(-1,=1)"),
    "inet": ("10.0.0.1", "10.0.0.1"),
    "boolean": ("true", "t"),
    "bytea": ("=1", "\\x3d31"),
}


@pytest.mark.parametrize(("type_name", "given", "expected"), [(name, *texts) for name, texts in OWNERS.items()])
def test_csv_guards_by_what_a_cell_says_when_the_column_is_the_owners(
    boss: Client, entry: Callable[..., int], type_name: str, given: str, expected: str
) -> None:
    sql(TEXT_OF_AN_EXTENSION)
    sql("SET LOCAL lc_monetary = 'C'")
    sql("CREATE DOMAIN label AS text; CREATE TYPE pair AS (a int, b text)")
    sql(f"ALTER TABLE graphile_worker.backfill_dlq ADD COLUMN extra {type_name}")
    entry(extra=given)
    entry(extra=None)
    rows = list(csv.reader(io.StringIO(body(boss, format="csv"), newline="")))
    position = rows[0].index("extra")
    assert [row[position] for row in rows[1:]] == ["", expected]


def test_csv_tells_an_empty_text_from_none_in_a_column_of_any_type(boss: Client, entry: Callable[..., int]) -> None:
    sql("CREATE DOMAIN label AS text")
    sql("ALTER TABLE graphile_worker.backfill_dlq ADD COLUMN extra label")
    entry(extra="")
    entry(extra=None)
    assert [line.rpartition(",")[2] for line in body(boss, format="csv").splitlines()] == ["extra", "", '""']


def test_csv_makes_the_name_of_a_column_harmless(boss: Client, entry: Callable[..., int]) -> None:
    sql('ALTER TABLE graphile_worker.backfill_dlq ADD COLUMN "=1+1" text')
    entry()
    assert body(boss, format="csv").splitlines()[0].endswith(",'=1+1")
    assert "=1+1" in json.loads(body(boss, format="jsonl").splitlines()[0])


@pytest.mark.parametrize("start", ["=1+1", "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1"])
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
