"""Searches that no index answers are few at once: who comes beyond that is told to try again in a moment."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus

import pytest
from django.test import Client

from dlq.selection.scan_places import MOST_AT_ONCE
from tests.support.database import another_connection
from tests.support.entries import add_entries
from tests.support.large import SLICE, make_large
from tests.support.pages import LIST, STATISTICS, ask, get

pytestmark = pytest.mark.django_db

BUSY = "Several people are searching"
UNAVAILABLE = HTTPStatus.SERVICE_UNAVAILABLE


@pytest.fixture
def entries(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    made = add_entries(200, failure_reason="'needle'")
    make_large(monkeypatch)
    return made


@pytest.fixture
def taken() -> Iterator[None]:
    """Others take all places, as their searches do."""
    with another_connection() as other:
        place = "SELECT pg_try_advisory_xact_lock(hashtext('dlq.scan'), %s)"
        assert all(other.execute(place, [number + 1]).fetchone() == (True,) for number in range(MOST_AT_ONCE))
        yield


@pytest.mark.usefixtures("taken")
def test_page_is_busy_when_all_places_are_taken(boss: Client, entries: list[int]) -> None:
    for address in (LIST, STATISTICS):
        page = get(boss, address, q="needle", q_by="anywhere")
        assert page.status == UNAVAILABLE, address
        assert BUSY in page.text
    confirmation = ask(boss, "requeue", entries[:1], everything=True, query="?q=needle&q_by=anywhere")
    assert confirmation.status == UNAVAILABLE


@pytest.mark.usefixtures("taken", "entries")
def test_part_of_a_page_says_so_in_its_place_when_all_places_are_taken(boss: Client) -> None:
    parts = [get(boss, f"{LIST}{part}", q="needle", q_by="anywhere") for part in ("count/?exactly=1", "breakdown/")]
    for part in parts:
        assert part.status == HTTPStatus.OK
        assert BUSY.lower() in part.text.lower()
    assert parts[0].links("Count exactly")


@pytest.mark.usefixtures("taken")
def test_others_do_not_wait_when_all_places_are_taken(boss: Client, entries: list[int]) -> None:
    for query in ({}, {"task_identifier": "send_email"}, {"failed_after": "1h"}):
        for address in (LIST, STATISTICS, f"{LIST}count/", f"{LIST}breakdown/"):
            page = get(boss, address, **query)
            assert page.status == HTTPStatus.OK
            assert BUSY not in page.text
    assert ask(boss, "requeue", entries[:1]).status == HTTPStatus.OK


@pytest.mark.usefixtures("taken")
def test_small_table_is_searched_by_everybody_at_once(boss: Client) -> None:
    entries = add_entries(3, failure_reason="'needle'")
    assert get(boss, LIST, q="needle").entries == entries


def test_place_is_free_again_when_the_search_is_over(boss: Client, entries: list[int]) -> None:
    for _search in range(MOST_AT_ONCE + 1):
        assert get(boss, LIST, q="needle", q_by="anywhere").entries[:SLICE] == entries[:SLICE]
