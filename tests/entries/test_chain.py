"""The page of an entry tells what its failure was before, and what stands for it."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from dlq.table.location import TABLE
from tests.support.chains import add_chain, comes_back
from tests.support.database import sql
from tests.support.entries import add_entry
from tests.support.operations import operate
from tests.support.pages import Page, entry_url, events, get, history_url

pytestmark = pytest.mark.django_db(transaction=True)


def lives(page: Page) -> list[str]:
    """Of the timeline: which one, and what it is now."""
    failed = [re.search(r"Failed for good as (this one|#\d+): ([a-z ]+)", event) for event in events(page)]
    return [f"{found[1]}: {found[2].strip()}" for found in failed if found]


@pytest.mark.parametrize("is_settled", [False, True])
def test_each_life_shows_all_of_them(boss: Client, is_settled: bool) -> None:
    first = add_entry()
    second = comes_back(first, is_settled=is_settled)
    page = get(boss, entry_url(first))
    assert lives(page) == ["this one: earlier life", f"#{second}: stands for all"]
    assert page.links(f"#{second}") == [entry_url(second)] * 2
    assert page.links(f"Compare with #{second}")
    assert f"superseded by #{second}" in page.text
    page = get(boss, entry_url(second))
    assert lives(page) == [f"#{first}: earlier life", "this one: stands for all"]
    assert "Statusfailed again" in page.text.replace("Status ", "Status")
    assert "Requeued by tester" in page.text


def test_lives_that_are_gone_or_in_the_trash_lead_to_their_history(boss: Client) -> None:
    first, second, third, fourth = add_chain(4)
    operate("delete", [second], leaves_earlier_lives=True)
    sql(f"DELETE FROM {TABLE.regclass} WHERE id = %s", third)
    page = get(boss, entry_url(fourth))
    assert sorted(lives(page)) == [
        f"#{first}: earlier life",
        f"#{second}: in the trash",
        f"#{third}: no longer in the table",
        "this one: stands for all",
    ]
    assert page.links(f"#{second}") == [history_url(second)]
    assert get(boss, history_url(third)).status == 200


def test_nothing_is_said_of_lives_where_there_is_one(boss: Client) -> None:
    assert "lives" not in get(boss, entry_url(add_entry())).text


def test_keyed_entry_that_came_back_as_itself_has_one_life(boss: Client) -> None:
    entry = add_entry(job_key="k")
    comes_back(entry)
    assert "lives" not in get(boss, entry_url(entry)).text
