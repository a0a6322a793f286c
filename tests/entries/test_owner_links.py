"""Links of the owner's own on a failed job: made of its payload, percent-encoded, and never to where a payload says."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from dlq.checks import check_settings
from dlq.entries.owner_links import owner_links
from tests.support.entries import add_entry
from tests.support.pages import entry_url, get

pytestmark = pytest.mark.django_db

CUSTOMER = {"Customer": "https://crm.example.org/c/{customer_id}?q={order.id}"}


@pytest.mark.parametrize(
    ("payload", "address"),
    [
        ('{"customer_id": 42, "order": {"id": "a/b?c&d=é"}}', "https://crm.example.org/c/42?q=a%2Fb%3Fc%26d%3D%C3%A9"),
        ('{"customer_id": 10.00, "order": {"id": true}}', "https://crm.example.org/c/10.00?q=true"),
        (
            '{"customer_id": "../../{order.id}", "order": {"id": 1}}',
            "https://crm.example.org/c/..%2F..%2F%7Border.id%7D?q=1",
        ),
    ],
)
def test_link_has_the_values_of_the_payload(boss: Client, settings: Any, payload: str, address: str) -> None:
    settings.DLQ_LINKS = CUSTOMER
    assert get(boss, entry_url(add_entry(payload=payload))).links("Customer") == [address]


@pytest.mark.parametrize(
    "payload",
    [
        "{}",
        '{"customer_id": 1}',
        '{"customer_id": null, "order": {"id": 1}}',
        "[1]",
        "null",
        '{"customer_id": [1], "order": {"id": 1}}',
    ],
)
def test_link_is_left_out_where_a_value_is_missing(boss: Client, settings: Any, payload: str) -> None:
    settings.DLQ_LINKS = CUSTOMER | {"Logs": "http://logs.example.org/"}
    entry = add_entry(payload=payload)
    assert owner_links(entry) == [("Logs", "http://logs.example.org/")]
    assert get(boss, entry_url(entry)).links("Customer") == []


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ("https://x", "must map labels"),
        ({"": "https://x/"}, "must map labels"),
        ({"A": 1}, "must map labels"),
        ({"A": "javascript:alert({customer_id})"}, "no http(s) address"),
        ({"A": "//x/{a}"}, "no http(s) address"),
        ({"A": "https:///{a}"}, "no http(s) address"),
        ({"A": "https://{host}/x"}, "lets a payload choose"),
        ({"A": "https://x.{tenant}.org"}, "lets a payload choose"),
        ({"A": "https://x.org:{port}/"}, "lets a payload choose"),
        ({"A": "https://{user}@x.org/"}, "lets a payload choose"),
        ({"A": "https://x/{a..b}"}, "an empty path"),
        ({"A": "https://x/{}"}, "an empty path"),
        ({"A": "https://[x/{a}"}, "no address"),
    ],
)
def test_check_names_a_setting_that_cannot_be_used(settings: Any, setting: Any, says: str) -> None:
    settings.DLQ_LINKS = setting
    (problem,) = check_settings()
    assert (problem.id, says in problem.msg) == ("dlq.E020", True), problem.msg


def test_check_is_content_with_good_ones(settings: Any) -> None:
    settings.DLQ_LINKS = CUSTOMER
    assert check_settings() == []
