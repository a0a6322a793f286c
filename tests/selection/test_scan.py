"""A search that no index answers goes through a large table piece by piece, and says how far it has come."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dlq.filters import DlqFilterSet
from dlq.selection.keyset import Keyset
from dlq.selection.page import fetch_page
from tests.support.database import SCHEMA, sql
from tests.support.entries import add_entries, add_entry
from tests.support.large import SLICE, make_large
from tests.support.pages import LIST, Page, get, text_of

pytestmark = pytest.mark.django_db

NEEDLE = "CASE WHEN n % 60 = 0 THEN 'needle' ELSE 'hay' END"


def looked(page: Page) -> str:
    return " ".join(text_of(box) for box in page.all("p", class_="dlq-search-note"))


def test_page_says_what_it_found_and_how_far_back_it_looked_when_the_time_is_spent(
    boss: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = add_entries(200, failure_reason="CASE WHEN n = 7 THEN 'needle' ELSE 'hay' END")
    make_large(monkeypatch)
    page = get(boss, LIST, q="needle")
    assert page.entries == [entries[6]]
    assert f"1 found so far, among the newest {SLICE} failed jobs, back to" in looked(page)
    assert "No index answers “Contains needle”" in looked(page)
    assert len(page.links("Search further back")) == 2


def test_search_further_back_finds_the_rest_when_followed_to_the_end(
    boss: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = add_entries(300, failure_reason=NEEDLE)
    make_large(monkeypatch)
    found, address = [], "?q=needle"
    for _page in range(20):
        page = Page.of(boss.get(f"{LIST}{address}"))
        found += page.entries
        further = page.links("Search further back")
        if not further:
            break
        address = further[0]
    assert found == entries[59::60]
    assert "found so far" not in looked(page)


def test_nothing_is_missed_when_entries_arrive_and_vanish_between_two_looks(
    boss: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = add_entries(120, failure_reason="CASE WHEN n IN (10, 70, 100) THEN 'needle' ELSE 'hay' END")
    make_large(monkeypatch)
    first = get(boss, LIST, q="needle")
    assert first.entries == [entries[9]]
    sql(f"DELETE FROM {SCHEMA}.backfill_dlq WHERE id = %s", entries[SLICE - 1])
    add_entry(failure_reason="needle")
    further = Page.of(boss.get(f"{LIST}{first.links('Search further back')[0]}"))
    assert further.entries == [entries[69], entries[99]]


def test_nothing_found_so_far_is_no_empty_list_when_the_search_is_not_over(
    boss: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_entries(200, failure_reason="'hay'")
    make_large(monkeypatch)
    page = get(boss, LIST, q="needle")
    assert "Nothing found so far" in page.text
    assert "No failed job matches" not in page.text
    assert page.actions == set()


def test_page_says_nothing_of_looking_when_the_end_was_reached(boss: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    add_entries(200, failure_reason="'hay'")
    make_large(monkeypatch, seconds=2)
    page = get(boss, LIST, q="needle")
    assert "No failed job matches this filter." in page.text
    assert not page.links("Search further back")


def test_page_is_full_when_enough_match_near_the_beginning(boss: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    entries = add_entries(250, failure_reason="'needle'")
    make_large(monkeypatch, seconds=2)
    page = get(boss, LIST, q="needle")
    assert page.entries == entries[:100]
    assert looked(page) == ""
    (following,) = page.links("Next ›")
    assert Page.of(boss.get(f"{LIST}{following}")).entries == entries[100:200]


@pytest.mark.parametrize(
    "query",
    [
        {"q": "needle"},
        {"q": "needle", "task_identifier": "t0"},
        {"has_notes": "yes"},
        {"payload": "n=33"},
        {"failure_count_min": "3"},
        {"q": "needle", "failed_after": "3m", "has_notes": "yes"},
        {"status": "requeued"},
    ],
)
@pytest.mark.parametrize("descending", [True, False])
def test_entries_are_those_of_the_filter_in_its_order_when_looked_for_piece_by_piece(
    monkeypatch: pytest.MonkeyPatch, query: dict[str, str], descending: bool
) -> None:
    add_entries(
        300,
        failure_reason=NEEDLE,
        task_identifier="'t' || n % 3",
        notes="CASE WHEN n % 20 = 0 THEN 'note' END",
        failure_count="n % 4",
        requeued_count="n % 2",
        failed_at="now() - (n / 7) * interval '1 second'",
    )
    filterset = DlqFilterSet.of_pairs(list(query.items()))
    sign = "-" if descending else ""
    expected = list(filterset.qs.order_by(f"{sign}failed_at", f"{sign}id").values_list("pk", flat=True))
    assert expected
    make_large(monkeypatch, seconds=5)
    page = fetch_page(filterset, Keyset("failed_at", descending), None, 1000)
    assert [entry.pk for entry in page.entries] == expected
    assert page.stopped is None


def test_last_page_looks_from_the_oldest_on_when_no_index_answers(
    boss: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = add_entries(200, failure_reason="CASE WHEN n = 195 THEN 'needle' ELSE 'hay' END")
    make_large(monkeypatch)
    page = get(boss, LIST, q="needle", before="")
    assert page.entries == [entries[194]]
    assert f"among the oldest {SLICE} failed jobs, up to" in looked(page)


def test_number_leads_to_its_entry_and_job_when_they_stand_far_back(
    boss: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = add_entry(failed_at="2020-01-01 00:00+00", task_identifier="old_one", original_job_id=987_654_321)
    add_entries(200)
    make_large(monkeypatch)
    assert f"By number: old_one #{old}" in looked(get(boss, LIST, q=str(old)))
    assert f"By number: old_one #{old}" in looked(get(boss, LIST, q="987654321"))


def test_nothing_is_counted_unasked_when_counting_would_look_at_everything(
    boss: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_entries(200, failure_reason=NEEDLE)
    make_large(monkeypatch, seconds=2)
    page = get(boss, LIST, q="needle")
    counter = page.one("span", id="dlq-count")
    assert counter.get("hx-get") is None
    (link,) = [link for link in counter.iter("a") if text_of(link) == "Count exactly"]
    assert "3 failed jobs match this filter." in get(boss, str(link.get("hx-get"))).text


def test_order_of_another_column_ends_in_the_friendly_page_rather_than_a_walk(
    boss: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Piece by piece only leads through the order of time; in another one the database sorts what matches."""
    entries = add_entries(200, failure_reason=NEEDLE, task_identifier="'t' || n")
    make_large(monkeypatch)
    page = get(boss, LIST, q="needle", o="1")
    assert sorted(page.entries) == sorted(entries[59::60])
    assert looked(page) == ""


def test_number_of_statements_stays_small_when_the_walk_is_long(boss: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    add_entries(3000, failure_reason="'hay'")
    make_large(monkeypatch, seconds=2)
    with CaptureQueriesContext(connection) as queries:
        get(boss, LIST, q="needle")
    # Of the walk; what the page asks besides is in tests/listing.
    walk = [
        query for query in queries if f'FROM "{SCHEMA}"."backfill_dlq"' in query["sql"] and "ORDER BY" in query["sql"]
    ]
    assert 1 < len(walk) < 10
