"""Values to choose from in the filter form, and what the list consists of: loaded on demand, with honest numbers."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client

from dlq.selection import facets
from tests.support.database import SCHEMA, sql
from tests.support.entries import add_entries, add_entry
from tests.support.large import analyze
from tests.support.pages import LIST, Page, get, text_of
from tests.support.people import client_of

pytestmark = pytest.mark.django_db


def values(client: Client, of: str, typed: str = "") -> dict[str, str]:
    page = Page.of(client.get(f"{LIST}values/", {"of": of, of: typed}))
    assert page.status == 200
    return {option.get("value", ""): text_of(option) for option in page.all("option")}


def test_tasks_and_queues_are_offered_with_their_numbers(boss: Client) -> None:
    add_entries(7, task_identifier="'t' || n % 3", queue_name="CASE WHEN n % 2 = 0 THEN 'q' ELSE '' END")
    assert values(boss, "task_identifier") == {"t0": "2 in all", "t1": "3 in all", "t2": "2 in all"}
    assert values(boss, "queue_name") == {"-": "4 in all", "q": "3 in all"}


def test_number_is_a_lower_bound_or_the_databases_estimate_when_a_value_has_many(boss: Client) -> None:
    add_entries(150, task_identifier="'common'")
    assert values(boss, "task_identifier") == {"common": "100+ in all"}
    analyze()
    assert values(boss, "task_identifier") == {"common": "about 150 in all"}


def test_values_with_what_was_typed_are_offered_when_there_are_more_than_200(boss: Client) -> None:
    add_entries(450, task_identifier="'task_' || lpad(n::text, 3, '0')")
    everything = values(boss, "task_identifier")
    assert len(everything) == 201
    assert "type a part" in everything[""]
    assert list(values(boss, "task_identifier", "task_44")) == [f"task_44{n}" for n in range(10)]
    assert list(values(boss, "task_identifier", "TASK_44")) == [f"task_44{n}" for n in range(10)]
    assert set(values(boss, "task_identifier", "_444")) == {"task_444"}
    assert values(boss, "task_identifier", "%") == {}
    assert values(boss, "task_identifier", "nobody") == {}


def test_owners_column_is_offered_when_named_and_indexed(boss: Client, settings: object) -> None:
    settings.DLQ_EXTRA_COLUMNS = ("tenant_id", "number")  # type: ignore[attr-defined]
    sql(f"ALTER TABLE {SCHEMA}.backfill_dlq ADD COLUMN tenant_id varchar(10), ADD COLUMN number integer")
    sql(f"CREATE INDEX ON {SCHEMA}.backfill_dlq (tenant_id)")
    sql(f"CREATE INDEX ON {SCHEMA}.backfill_dlq (number)")
    add_entries(5, tenant_id="CASE WHEN n < 4 THEN 'acme' END", number="n % 2 + 10")
    assert values(boss, "tenant_id") == {"acme": "3 in all"}
    assert values(boss, "number") == {"10": "2 in all", "11": "3 in all"}
    assert values(boss, "number", "1") == {"10": "2 in all", "11": "3 in all"}
    assert values(boss, "tenant_id", "a very long beginning") == {}


def test_values_are_those_of_the_newest_when_the_column_has_no_index(boss: Client, settings: object) -> None:
    settings.DLQ_EXTRA_COLUMNS = ("tenant_id",)  # type: ignore[attr-defined]
    sql(f"ALTER TABLE {SCHEMA}.backfill_dlq ADD COLUMN tenant_id text")
    add_entries(5, tenant_id="CASE WHEN n < 4 THEN 'acme' ELSE 'globex' END")
    assert values(boss, "tenant_id") == {"acme": "3 of the newest", "globex": "2 of the newest"}
    assert values(boss, "tenant_id", "GLO") == {"globex": "2 of the newest"}


@pytest.mark.parametrize("of", ["", "q", "no_such", "task_identifier; DROP TABLE x"])
def test_values_of_anything_else_are_refused(boss: Client, of: str) -> None:
    assert boss.get(f"{LIST}values/", {"of": of}).status_code == 400


def test_form_asks_for_values_only_when_somebody_goes_there(boss: Client) -> None:
    add_entry()
    field = get(boss, LIST).one("input", id="f-task_identifier")
    assert field.get("hx-trigger", "").startswith("focus once")
    assert "send_email" in Page.of(boss.get(field.get("hx-get", ""))).response.content.decode()


def lines(page: Page) -> dict[str, dict[str, str]]:
    return {
        text_of(next(table.iter("caption"))): {
            text_of(row[0]): text_of(row[1]) for row in table.iter("tr") if row[0].get("scope") != "col"
        }
        for table in page.all("table")
    }


def test_breakdown_counts_what_matches_and_narrows_the_list(boss: Client) -> None:
    add_entries(6, task_identifier="'t' || n % 2", queue_name="CASE WHEN n < 3 THEN '' ELSE 'q' END")
    add_entry(task_identifier="other", priority=9)
    page = get(boss, f"{LIST}breakdown/", priority_max="5")
    assert lines(page) == {"Task": {"t0": "3", "t1": "3"}, "Queue": {"q": "4", "no queue": "2"}}
    assert "Of all 6 failed jobs that match this filter." in page.text
    (narrower,) = page.links("no queue")
    assert len(Page.of(boss.get(narrower)).entries) == 2


def test_breakdown_says_that_it_is_of_the_newest_when_there_are_many(
    boss: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(facets, "NEWEST", 10)
    monkeypatch.setattr(facets, "SHOWN", 2)
    add_entries(40, task_identifier="CASE WHEN n > 10 THEN 'old' WHEN n > 5 THEN 'a' WHEN n > 2 THEN 'b' ELSE 'c' END")
    page = get(boss, f"{LIST}breakdown/")
    assert lines(page)["Task"] == {"a": "5", "b": "3", "other or none": "2"}
    assert "Of the newest 10 failed jobs besides the recovered ones; there are more." in page.text
    assert "Of the newest 10 failed jobs; there are more." in get(boss, f"{LIST}breakdown/", status="any").text


@pytest.mark.parametrize("address", ["values/?of=task_identifier", "breakdown/", "indexes/"])
def test_they_are_refused_when_somebody_may_not_view(
    person: Callable[..., User], login: Callable[[User], Client], address: str
) -> None:
    add_entry(task_identifier="secret_task")
    response = client_of(person("requeue_backfilldlq")).get(f"{LIST}{address}")
    assert response.status_code == 403
    assert b"secret_task" not in response.content


def test_paths_and_then_values_of_payloads_are_offered(boss: Client) -> None:
    add_entry(payload='{"customer_id": 2033, "order": {"id": "7", "lines": [1], "paid": true}, "a.b": 1, "=": 2}')
    add_entry(payload='{"customer_id": 2033}')
    add_entry(payload='{"customer_id": "Ann \\"A\\""}')
    for odd in ("[1]", "null", '"text"', "42"):
        add_entry(payload=odd)
    assert values(boss, "payload") == {
        "customer_id=": "3 of the newest",
        "order.id=": "1 of the newest",
        "order.paid=": "1 of the newest",
        '"a.b"=': "1 of the newest",
        '"="=': "1 of the newest",
    }
    assert set(values(boss, "payload", "ORD")) == {"order.id=", "order.paid="}
    assert values(boss, "payload", "customer_id=") == {
        "customer_id=2033": "2 of the newest",
        'customer_id=Ann "A"': "1 of the newest",
    }
    assert set(values(boss, "payload", "customer_id=an")) == {'customer_id=Ann "A"'}
    assert set(values(boss, "payload", "order.id=")) == {'order.id="7"'}
    assert values(boss, "payload", "order.lines=") == {}
    assert values(boss, "payload", "nothing=x") == {}
