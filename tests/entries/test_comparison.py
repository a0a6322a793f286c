"""Two failed jobs compared: what differs in payload and error."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.support.entries import add_entry
from tests.support.pages import Page, get, text_of

pytestmark = pytest.mark.django_db


def compare(client: Client, entry: int, other: object) -> Page:
    return get(client, f"/admin/dlq/backfilldlq/{entry}/compare/", **{"with": other})


def changed(page: Page) -> list[str]:
    boxes = page.all("pre", class_="dlq-diff")
    return [text_of(line) for box in boxes for tag in ("del", "ins") for line in box.iter(tag)]


def test_lines_that_differ_are_shown_to_the_digit(boss: Client) -> None:
    one = add_entry(payload='{"a": 10.0, "b": 1}', last_error='"Refused by db-1\\nat x"')
    other = add_entry(payload='{"a": 10.00, "b": 1}', last_error='"Refused by db-2\\nat x"')
    page = compare(boss, one, f" #{other} ")
    expected = ["- Refused by db-1", "+ Refused by db-2", '- "a": 10.0,', '+ "a": 10.00,']
    assert changed(page) == expected
    assert changed(compare(boss, other, one)) == expected, "what failed later is what was added"


def test_same_ones_are_said_to_be_the_same(boss: Client) -> None:
    page = compare(boss, add_entry(last_error=None), add_entry(last_error=None))
    assert page.text.count("The same.") == 2


def test_only_the_beginnings_of_long_ones_are_compared_and_it_says_so(boss: Client) -> None:
    one, other = (add_entry(payload=f'{{"a": "{"x" * 70_000}{end}"}}') for end in "yz")
    page = compare(boss, one, other)
    assert "The same, as far as it was compared." in page.text
    assert "Only the beginnings were compared" in page.text


@pytest.mark.parametrize("other", ["9999999", "x", "<b>", "1" * 30, "-1", "\x00"])
def test_other_one_that_is_not_there_is_said(boss: Client, other: str) -> None:
    page = compare(boss, add_entry(), other)
    assert (page.status, "There is no failed job" in page.text) == (200, True)


def test_markup_in_texts_stays_text(boss: Client) -> None:
    page = compare(boss, add_entry(payload='"<script>1</script>"'), add_entry(payload='"<b>"'))
    assert changed(page) == ['- "<script>1</script>"', '+ "<b>"']


def test_first_one_must_be_there(boss: Client) -> None:
    assert compare(boss, 10**9, 1).status == 404
