"""The list: newest failure first, page by page, with the filter kept in every link."""

from __future__ import annotations

from xml.etree.ElementTree import Element

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.support.chains import comes_back
from tests.support.database import SCHEMA, sql
from tests.support.entries import add_entries, add_entry
from tests.support.pages import LIST, Page, get, text_of

pytestmark = pytest.mark.django_db

PAGE = 100


def test_newest_failure_stands_first_when_the_list_opens(boss: Client) -> None:
    entries = add_entries(20)
    page = get(boss, LIST)
    assert page.status == 200
    assert page.entries == entries


def test_line_says_what_failed_where_and_how_often_when_listed(boss: Client) -> None:
    add_entry(
        task_identifier="charge",
        queue_name="",
        failure_count=7,
        requeued_count=2,
        notes="mine",
        last_error='"Traceback (most recent call last)\\n  File x\\nKeyError: 5"',
    )
    add_entry(
        task_identifier="mail",
        queue_name="bills",
        failed_at="2020-01-01 00:00+00",
        last_error='{"message": "timed out"}',
    )
    first, second = (
        cells(row) for row in get(boss, LIST).one("table", id="result_list").iter("tr") if row.find("td") is not None
    )
    assert first["field-job"].startswith("charge #")
    assert first["field-failed"].endswith("just now")
    del first["field-job"], first["field-failed"], first["action-checkbox"]
    assert first == {
        "field-error": "KeyError: 5",
        "field-queue": "no queue",
        "field-failures": "7",
        "field-requeues": "2",
        "field-status": "requeued",
        "field-notes": "has notes",
    }
    assert (second["field-queue"], second["field-error"], second["field-notes"]) == ("bills", "timed out", "–")
    assert second["field-failed"].startswith("1 Jan 2020 00:00:00")
    assert second["field-failed"].endswith("d ago")


def test_what_came_back_is_not_listed_as_never_requeued(boss: Client) -> None:
    comes_back(add_entry())
    page = get(boss, f"{LIST}?requeued=yes")
    assert [text_of(cell) for cell in page.all("td", class_="field-requeues")] == ["earlier"]


def cells(row: Element) -> dict[str, str]:
    return {cell.get("class", "").split()[0]: text_of(cell) for cell in row}


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (None, "Job exceeded maximum retry attempts"),
        ("null", "Job exceeded maximum retry attempts"),
        ('""', "Job exceeded maximum retry attempts"),
        ('"first line\\nsecond"', "first line"),
        ('{"error": "no money"}', "no money"),
        ("[1, 2]", "[1, 2]"),
    ],
)
def test_error_is_one_line_when_listed(boss: Client, error: str | None, line: str) -> None:
    add_entry(last_error=error)
    cell = get(boss, LIST).one("td", class_="field-error")
    text = "".join(cell.itertext())
    assert text.startswith(line)
    assert "second" not in text


def test_text_says_nothing_is_here_when_the_table_is_empty(boss: Client) -> None:
    page = get(boss, LIST)
    assert "There are no failed jobs" in page.text
    assert "matches this filter" not in page.text


def test_text_says_nothing_matches_when_the_filter_is_too_narrow(boss: Client) -> None:
    add_entry()
    page = get(boss, LIST, task_identifier="nobody")
    assert "No failed job matches this filter." in page.text
    assert page.links("Show all") == ["?status=any"]


@pytest.mark.parametrize("query", ["task=send_email", "status=fresh", "failed_after=someday", "failure_count_min=x"])
def test_no_rows_and_a_sentence_are_shown_when_the_filter_is_wrong(boss: Client, query: str) -> None:
    add_entry()
    page = Page.of(boss.get(f"{LIST}?{query}"))
    assert page.status == 200
    assert page.entries == []
    (problems,) = page.all("ul", class_="dlq-problems")
    assert len(list(problems)) == 1
    assert "Nothing is shown until the filter is fixed." in page.text
    assert page.actions == set()


def all_pages(client: Client, first: str, label: str) -> list[list[int]]:
    """Follow the link until there is none."""
    found, address = [], first
    while True:
        page = Page.of(client.get(f"{LIST}{address}"))
        found.append(page.entries)
        links = page.links(label)
        if not links:
            return found
        address = links[0]
        assert len(found) < 20, "the pages never end"


@pytest.mark.parametrize("order", ["", "1", "-1", "3", "-3", "4", "-4", "5", "6", "-6"])
def test_pages_cover_every_row_once_when_paged_forward_and_back(boss: Client, order: str) -> None:
    entries = add_entries(
        250,
        task_identifier="'t' || n % 3",
        queue_name="'q' || n % 2",
        failure_count="n % 4",
        requeued_count="n % 2",
        failed_at="timestamptz '2026-03-01 00:00 UTC' - (n / 7) * interval '1 second'",
    )
    query = f"?o={order}" if order else ""
    forward = all_pages(boss, query, "Next ›")
    assert [len(page) for page in forward] == [100, 100, 50]
    assert sorted(entry for page in forward for entry in page) == sorted(entries)
    last = Page.of(boss.get(f"{LIST}{query}")).links("Last »")[0]
    backward = all_pages(boss, last, "‹ Previous")
    assert [entry for page in reversed(backward) for entry in page] == [entry for page in forward for entry in page]


@pytest.mark.parametrize(
    ("order", "column"),
    [
        ("1", "task_identifier"),
        ("3", "queue_name"),
        ("4", "failure_count"),
        ("5", "failed_at"),
        ("6", "requeued_count"),
    ],
)
@pytest.mark.parametrize("sign", ["", "-"])
def test_rows_stand_in_the_columns_order_when_sorted(boss: Client, order: str, column: str, sign: str) -> None:
    add_entries(
        60, task_identifier="'t' || n % 7", queue_name="'q' || n % 5", failure_count="n % 4", requeued_count="n % 3"
    )
    direction = "DESC" if sign else "ASC"
    expected = sql(f"SELECT id FROM {SCHEMA}.backfill_dlq ORDER BY {column} {direction}, id {direction}")
    assert get(boss, LIST, o=f"{sign}{order}").entries == [entry for (entry,) in expected]


@pytest.mark.parametrize("label", ["Next ›", "‹ Previous"])
def test_no_row_is_missed_when_the_row_at_the_pages_edge_is_deleted(boss: Client, label: str) -> None:
    entries = add_entries(250)
    if label == "Next ›":
        page = get(boss, LIST)
        edge, rest = page.entries[-1], entries[100:200]
    else:
        page = Page.of(boss.get(f"{LIST}{get(boss, LIST).links('Last »')[0]}"))
        edge, rest = page.entries[0], entries[50:150]
    (link,) = page.links(label)
    sql(f"DELETE FROM {SCHEMA}.backfill_dlq WHERE id = %s", edge)
    assert Page.of(boss.get(f"{LIST}{link}")).entries == rest


@pytest.mark.parametrize(
    "cursor", ["after=rubbish", "before=rubbish", "p=0", "o=99", "o=x", "o=-", "o=1.2", "e=1", "after="]
)
def test_first_page_is_shown_when_a_place_in_the_list_makes_no_sense(boss: Client, cursor: str) -> None:
    entries = add_entries(5)
    page = Page.of(boss.get(f"{LIST}?{cursor}"))
    assert page.status == 200
    assert sorted(page.entries) == sorted(entries)


def test_every_link_keeps_the_filter_when_one_is_active(boss: Client) -> None:
    add_entries(250, task_identifier="CASE WHEN n % 5 = 0 THEN 'b&c=d' ELSE 'send_email' END")
    query = {"task_identifier": ["send_email", "b&c=d"], "failure_count_min": ["1"]}
    page = Page.of(boss.get(LIST, query))
    headers = [link.get("href", "") for link in page.all("a") if "o=" in link.get("href", "")]
    assert len(headers) >= 5
    for link in [*page.links("Next ›"), *page.links("Last »"), *headers]:
        assert {name: QueryDict(link[1:]).getlist(name) for name in query} == query, link
        assert Page.of(boss.get(f"{LIST}{link}")).status == 200
    (statistics,) = page.links("Statistics of these")
    assert "task_identifier=b%26c%3Dd" in statistics


def test_filter_is_said_in_words_and_comes_apart_when_active(boss: Client) -> None:
    wanted, other = add_entry(task_identifier="a"), add_entry(task_identifier="b")
    page = Page.of(boss.get(LIST, {"task_identifier": "a", "queue_name": "-"}))
    (words,) = page.all("p", class_="dlq-active")
    assert "Task is a" in " ".join("".join(words.itertext()).split())
    assert page.entries == [wanted]
    without_task = next(link.get("href") for link in words.iter("a") if "Task" in link.get("aria-label", ""))
    assert set(Page.of(boss.get(f"{LIST}{without_task}")).entries) == {wanted, other}


def test_form_shows_the_values_when_a_filter_is_active(boss: Client) -> None:
    add_entry()
    page = Page.of(boss.get(LIST, {"task_identifier": ["a", "b"], "has_notes": "no", "q": 'say "hi"'}))
    shown, *hidden = page.all("input", name="task_identifier")
    # An input with one of them would say less than the filter does.
    assert (shown.get("value"), shown.get("placeholder")) == ("", "a or b")
    assert [field.get("value") for field in hidden] == ["a", "b"]
    assert page.value("q") == 'say "hi"'
    (select,) = page.all("select", name="has_notes")
    assert [option.get("value") for option in select.iter("option") if option.get("selected") is not None] == ["no"]


def test_number_of_queries_is_the_same_when_1_or_50_rows_are_listed(boss: Client) -> None:
    counts = []
    for more in (1, 49):
        add_entries(more, notes="'n'", requeued_count="1")
        with CaptureQueriesContext(connection) as queries:
            get(boss, LIST)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_no_query_counts_the_table_when_the_list_opens(boss: Client) -> None:
    add_entries(3)
    with CaptureQueriesContext(connection) as queries:
        get(boss, LIST)
    assert not [
        query["sql"] for query in queries if "COUNT(" in query["sql"].upper() and "backfill_dlq" in query["sql"]
    ]


@pytest.mark.parametrize(
    ("number", "says"), [(1, "1 failed job in all."), (3, "3 failed jobs in all."), (0, "0 failed jobs in all.")]
)
def test_number_is_said_when_it_is_loaded_after_the_list(boss: Client, number: int, says: str) -> None:
    add_entries(number)
    assert says in get(boss, f"{LIST}count/", status="any").text
    assert says.replace("in all", "besides the recovered ones") in get(boss, f"{LIST}count/").text


def test_number_is_of_the_filter_when_one_is_active(boss: Client) -> None:
    add_entries(5, task_identifier="'t' || n % 2")
    page = get(boss, LIST, task_identifier="t1")
    counter = page.one("span", id="dlq-count")
    assert "3 failed jobs match this filter." in Page.of(boss.get(counter.get("hx-get", ""))).text


def test_owners_columns_are_listed_and_filtered_when_named(boss: Client, settings: object) -> None:
    settings.DLQ_EXTRA_COLUMNS = ("tenant_id", "has_notes")  # type: ignore[attr-defined]
    sql(f"ALTER TABLE {SCHEMA}.backfill_dlq ADD COLUMN tenant_id text, ADD COLUMN has_notes int")
    wanted, other = add_entry(tenant_id="acme", has_notes=7), add_entry(tenant_id=None)
    page = get(boss, LIST)
    assert "acme" in page.text
    assert set(page.entries) == {wanted, other}
    assert get(boss, LIST, tenant_id="acme").entries == [wanted]
    assert get(boss, LIST, col_has_notes="7").entries == [wanted]
    assert get(boss, LIST, has_notes="no").entries == [other, wanted]


def test_list_opens_when_an_owners_column_named_in_the_settings_is_missing(boss: Client, settings: object) -> None:
    settings.DLQ_EXTRA_COLUMNS = ("not_there",)  # type: ignore[attr-defined]
    entry = add_entry()
    assert get(boss, LIST).entries == [entry]
