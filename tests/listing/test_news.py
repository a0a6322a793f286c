"""How many failed jobs came since a page of the list was made."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.support.entries import add_entries
from tests.support.pages import LIST, Page, get, text_of

pytestmark = pytest.mark.django_db

NEW = f"{LIST}new/"


def news(client: Client, **parameters: str) -> list[tuple[str, str]]:
    page = Page.of(client.get(NEW, parameters))
    assert page.status == 200
    return [(text_of(link), link.get("href", "")) for link in page.all("a")]


def test_those_that_match_and_came_since_are_counted(boss: Client) -> None:
    add_entries(3, failed_at="now() - interval '1 hour' + n * interval '1 minute'")
    add_entries(2, task_identifier="'another'", failed_at="now() - interval '1 minute'")
    assert news(boss, since="2h") == [("5 new: show", LIST)]
    asked = {"task_identifier": "another", "size": "50", "after": "x"}
    assert news(boss, since="2h", **asked) == [("2 new: show", f"{LIST}?task_identifier=another&size=50")]
    assert news(boss, since="0m") == []
    assert news(boss) == []


def test_number_is_bounded(boss: Client) -> None:
    add_entries(1_001)
    assert news(boss, since="2h")[0][0] == "1,000+ new: show"


@pytest.mark.parametrize("since", ["x", "\x00", "03/04"])
def test_what_is_no_time_is_refused(boss: Client, since: str) -> None:
    assert boss.get(NEW, {"since": since}).status_code == 400


def test_filter_with_an_error_has_nothing_new(boss: Client) -> None:
    add_entries(1)
    assert news(boss, since="2h", nonsense="1") == []


def test_list_asks_since_it_was_made(boss: Client) -> None:
    add_entries(1)
    (part,) = get(boss, LIST, queue_name="-").all("span", class_="dlq-new")
    asked = boss.get(part.get("hx-get", ""))
    assert asked.status_code == 200
    assert asked.content.strip() == b""
