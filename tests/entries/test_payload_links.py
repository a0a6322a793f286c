"""A value in a payload leads to the failed jobs that have it, too."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from dlq.entries.documents import SHOWN_CHARACTERS
from tests.support.entries import add_entry
from tests.support.pages import Page, entry_url, get, text_of

pytestmark = pytest.mark.django_db

PAYLOAD = """{
    "customer_id": 2033, "price": 10.00, "code": "2033", "name": "Ann {", "quote": "said \\"no\\", twice", "paid": true,
    "order": {"id": 7, "items": [1, {"sku": "a"}, []], "of": {"year": 2026}}, "empty": {}, "spaced": " x ", "a.b": 1,
    "nothing": null,
    "mark": "<b>&"
}"""
LINKED = {
    "customer_id=2033": "2033",
    "price=10.00": "10.00",
    'code="2033"': '"2033"',
    "name=Ann {": '"Ann {"',
    'quote=said "no", twice': '"said \\"no\\", twice"',
    "paid=true": "true",
    "order.id=7": "7",
    "order.items[]=1": "1",
    "order.items[].sku=a": '"a"',
    "order.of.year=2026": "2026",
    'spaced=" x "': '" x "',
    '"a.b"=1': "1",
    "nothing=null": "null",
    "mark=<b>&": '"<b>&"',
}


def links(page: Page) -> dict[str, tuple[str, str]]:
    """Of each condition the value that leads to it, and where."""
    found = {}
    for link in page.all("a", class_="dlq-same"):
        address = link.get("href", "")
        (condition,) = parse_qs(urlsplit(address).query)["payload"]
        found[condition] = (text_of(link), address)
    return found


def test_each_value_leads_to_the_failed_jobs_that_have_it(boss: Client) -> None:
    entry = add_entry(payload=PAYLOAD)
    add_entry(payload='{"customer_id": 1}')
    found = links(get(boss, entry_url(entry)))
    assert {condition: value for condition, (value, _address) in found.items()} == LINKED
    for _value, address in found.values():
        assert get(boss, address).entries == [entry], address


@pytest.mark.parametrize("payload", ['"text"', "42", "null", "{}", "[[], {}]"])
def test_nothing_leads_anywhere_where_no_path_does(boss: Client, payload: str) -> None:
    assert links(get(boss, entry_url(add_entry(payload=payload)))) == {}


def test_value_that_is_cut_leads_nowhere(boss: Client) -> None:
    payload = {"a": 1, "b": "x" * (SHOWN_CHARACTERS - 34), "c": 123456}
    page = get(boss, entry_url(add_entry(payload=json.dumps(payload))))
    assert "Only the beginning is shown" in page.text
    assert set(links(page)) == {"a=1"}
