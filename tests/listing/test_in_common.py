"""What failed jobs have in common: what they have far more often than the rest, each a link that narrows the filter."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from dlq.filters import DlqFilterSet
from dlq.selection import traits
from tests.support.entries import add_entry
from tests.support.pages import LIST, Page, get, text_of

pytestmark = pytest.mark.django_db

BEGUN = "2026-03-01 10:15+00"
BEFORE = "2026-02-20 08:15+00"


def table_of_two_kinds() -> None:
    """Of the mails six of eight are one customer's; of the others one of twenty."""
    for number in range(8):
        add_entry(
            task_identifier="mail",
            payload={"customer": {"id": 7 if number < 6 else 100 + number}, "to": f"{number}@example.org", "a.b": 1},
            last_error='"mailbox full"',
            failed_at=BEGUN,
        )
    for number in range(20):
        add_entry(
            task_identifier="bill",
            payload={"customer": {"id": 7 if not number else 200 + number}},
            last_error='"disk trouble"',
            failed_at=BEFORE,
        )


def answers(page: Page) -> dict[str, tuple[str, str]]:
    """Percentages here and elsewhere."""
    words = [text_of(cell) for cell in page.all("th", scope="row")]
    shares = [text_of(cell) for cell in page.all("td", class_="dlq-number")]
    return dict(zip(words, zip(shares[::2], shares[1::2], strict=True), strict=True))


def asked(query: str, client: Client) -> Page:
    return get(client, f"{LIST}common/?{query}")


def test_what_is_over_represented_is_shown_with_both_percentages(boss: Client) -> None:
    table_of_two_kinds()
    found = answers(asked("task_identifier=mail", boss))
    assert found["customer.id=7"] == ("75 %", "5 %")
    assert found["task = mail"] == ("100 %", "0 %")
    assert found["“mailbox” in the error"] == ("100 %", "0 %")
    assert found["failed from 2026-03-01 10:00 to 11:00 UTC"] == ("100 %", "0 %")
    assert not [words for words in found if "example.org" in words or "a.b" in words]


def test_each_answer_leads_to_the_list_that_has_it(boss: Client) -> None:
    table_of_two_kinds()
    page = asked("task_identifier=mail", boss)
    for words, expected in (
        ("customer.id=7", 6),
        ("failed from 2026-03-01 10:00 to 11:00 UTC", 8),
        ("“mailbox” in the error", 8),
    ):
        (link,) = page.links(words)
        pairs = [(name, text) for name, texts in parse_qs(urlsplit(link).query).items() for text in texts]
        assert DlqFilterSet.of_pairs(pairs).qs.count() == expected, link
        assert ("task_identifier", "mail") in pairs


def test_nothing_is_claimed_where_all_are_alike_or_there_are_no_others(boss: Client) -> None:
    table_of_two_kinds()
    assert "There are no others" in asked("", boss).text
    assert "There are none" in asked("task_identifier=nothing", boss).text


def test_sample_is_bounded(boss: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(traits, "SAMPLE", 5)
    table_of_two_kinds()
    found = traits.traits_of(DlqFilterSet.of_pairs([("task_identifier", "mail")]))
    assert found.here == 5
    assert 1 <= found.elsewhere <= 5


def test_odd_payloads_and_names_break_nothing(boss: Client) -> None:
    for payload in (
        [1, 2],
        '"text"',
        "null",
        {"": 1, "x=y": 2, "deep": {"er": {"and": {"deeper": {"still": 1}}}}},
        {"n": 1e300},
    ):
        for _again in range(3):
            add_entry(task_identifier="odd", payload=payload, last_error=None)
    add_entry(task_identifier="other")
    assert asked("task_identifier=odd", boss).status == 200
