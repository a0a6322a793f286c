"""A search makes the text of an entry once, however many words it has, looks at its beginning only, and can be stopped."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dlq.db.limits import TimedOut, time_limit
from dlq.filters import DlqFilterSet
from dlq.filters.search import MOST_WORDS
from dlq.selection.keyset import Keyset
from dlq.selection.page import fetch_page
from dlq.table.indexes import table_state
from dlq.table.init import init_dlq
from dlq.table.location import TABLE
from dlq.table.searched_text import WITHIN
from tests.filters.filter_cases import cases
from tests.support import variety
from tests.support.database import sql
from tests.support.entries import add_entries, add_entry, ids
from tests.support.large import make_large
from tests.support.operations import operate
from tests.support.pages import LIST, ask, get
from tests.support.search_index import WHOLE, has_trigrams, make_whole_index

pytestmark = pytest.mark.django_db

Pairs = list[tuple[str, str]]
MANY_WORDS = " ".join(f"word{number}" for number in range(MOST_WORDS))
SEARCHES: dict[str, Pairs] = {
    "one word": [("q", "needle")],
    "many words": [("q", MANY_WORDS)],
    "numbers": [("q", "needle 4711 42")],
    "a phrase with quotes": [("q", r'"said \"no\""')],
    "phrases with quotes and a word": [("q", r'"said \"no\"" "and \"yes\"" needle')],
    "alternatives": [("q", "needle hay"), ("q", "stack 42"), ("q", r'"\"yes\""')],
}


def plan(pairs: Pairs) -> str:
    return str(DlqFilterSet.of_pairs(pairs, sees_all=True).qs.order_by().explain(verbose=True))


def texts_made(pairs: Pairs) -> int:
    """How often the plan makes the text of an entry that has everything; an index condition is not compared with a text."""
    shown = re.sub(r"Index Cond: .*?(?=->|\Z)", "", plan(pairs), flags=re.DOTALL)
    return shown.count("last_error #>> ")


def found(*pairs: tuple[str, str]) -> set[int]:
    filterset = DlqFilterSet.of_pairs(pairs)
    assert filterset.problems == []
    return set(filterset.qs.values_list("id", flat=True))


@pytest.mark.parametrize("mode", ["anywhere", "words"])
@pytest.mark.parametrize("pairs", SEARCHES.values(), ids=SEARCHES)
def test_text_is_made_once_when_there_is_no_index(pairs: Pairs, mode: str) -> None:
    assert texts_made([*pairs, ("q_by", mode)]) == 1


@pytest.mark.parametrize("pairs", SEARCHES.values(), ids=SEARCHES)
def test_text_is_made_three_times_at_most_when_an_index_leads_to_the_entry(pairs: Pairs) -> None:
    init_dlq(TABLE, search=True)
    sql("SET LOCAL enable_seqscan = off")
    add_entries(50)
    assert texts_made(pairs) <= (3 if has_trigrams() else 2)


@pytest.mark.parametrize("pairs", [SEARCHES["one word"], SEARCHES["many words"]])
def test_entries_are_looked_at_by_several_processes_when_the_text_is_needed_in_one_place(pairs: Pairs) -> None:
    setting = "debug_parallel_query" if connection.pg_version >= 160000 else "force_parallel_mode"  # type: ignore[attr-defined]
    sql(f"SET LOCAL {setting} = on")
    assert "Gather" in plan([*pairs, ("q_by", "anywhere")])


def huge(before: int, word: str) -> int:
    """An entry whose text has so many characters before the word."""
    add_entries(3)
    return add_entry(failure_reason="r" * (before - 3), job_key=None, last_error=None, payload=f'"{word}"')


@pytest.mark.parametrize("index", ["none", "of init_dlq", "whole"])
def test_beginning_of_an_entry_counts_alike_in_list_count_and_operation(index: str, boss: Client) -> None:
    if index == "of init_dlq":
        init_dlq(TABLE, search=True)
    if index == "whole":
        make_whole_index()
    # Three line breaks and the quote that begins the payload are within what comes before.
    inside = huge(WITHIN - 1 - len("needle"), "needle")
    outside = huge(WITHIN, "needle")
    query = {"q": "needle", "q_by": "anywhere"}
    assert found(*query.items()) == {inside}
    assert get(boss, LIST, **query).entries == [inside]
    assert get(boss, f"{LIST}count/", **query, exactly="1").text.startswith("1 failed job matches this filter.")
    assert "All 1 failed job" in get(boss, f"{LIST}breakdown/", **query).text.replace("Of all", "All")
    assert operate("delete", pairs=list(query.items())).done_count == 1
    assert inside not in ids()
    assert outside in ids()


def test_confirmation_counts_what_the_list_shows(boss: Client) -> None:
    huge(WITHIN, "needle")
    inside = huge(100, "needle")
    page = ask(boss, "requeue", [inside], everything=True, query="?q=needle")
    assert page.title.startswith("Confirm")
    assert "1 failed job" in page.text


def test_statement_timeout_ends_a_search_when_entries_are_large() -> None:
    payload = json.dumps({"x": "word0 " * 30_000})
    add_entry(payload=payload)
    add_entries(300, payload=f"(SELECT payload FROM {TABLE.regclass} LIMIT 1)")
    filterset = DlqFilterSet.of_pairs([("q", MANY_WORDS), ("q_by", "anywhere")])
    started = time.monotonic()
    with pytest.raises(TimedOut), time_limit(0.2):
        filterset.qs.count()
    assert time.monotonic() - started < 2


def test_existing_index_over_the_whole_text_still_leads_to_the_entries() -> None:
    make_whole_index()
    state = table_state(TABLE)
    assert state.finds_parts_of_words
    assert not state.finds_parts_of_beginnings
    add_entries(50)
    sql("SET LOCAL enable_seqscan = off")
    for text in ("needle", "needle hay 4711", r'"said \"no\""'):
        assert f"Bitmap Index Scan on {WHOLE}" in plan([("q", text)])
    assert f"Bitmap Index Scan on {WHOLE}" in plan([("q", "needle"), ("q", "straw")])


def test_index_that_is_made_now_is_of_the_beginning() -> None:
    init_dlq(TABLE, search=True)
    state = table_state(TABLE)
    assert state.finds_parts_of_beginnings == has_trigrams()
    add_entries(50)
    sql("SET LOCAL enable_seqscan = off")
    for text in ("needle", "needle hay", "needle hay 4711", r'"said \"no\""'):
        assert "Bitmap Index Scan on idx_backfill_dlq_search" in plan([("q", text)])


@pytest.mark.parametrize("index", ["of init_dlq", "whole"])
def test_entries_are_the_same_whatever_index_there_is(index: str) -> None:
    variety.fill()
    texts = [*cases()["q"], "of it 42", "refused gave up", r'"said \"no\"" refused']
    pairs: list[Pairs] = [[("q", text), ("q_by", "anywhere")] for text in texts]
    pairs += [[("q", one), ("q", other), ("q_by", "anywhere")] for one in texts for other in texts[:4]]
    expected = [found(*one) for one in pairs]
    assert any(expected)
    init_dlq(TABLE, search=True) if index == "of init_dlq" else make_whole_index()
    sql("SET LOCAL enable_seqscan = off")
    assert [found(*one) for one in pairs] == expected


@pytest.mark.parametrize("index", ["of init_dlq", "whole"])
def test_words_are_the_same_whatever_index_there_is(index: str) -> None:
    variety.fill()
    texts = [*cases()["q"], "of it 42", "refused 42", "!!!", "!!! 42", "42 43"]
    pairs: list[Pairs] = [[("q", text), ("q_by", "words")] for text in texts]
    pairs += [[("q", one), ("q", other), ("q_by", "words")] for one in texts for other in ("refused", "42", "!!!")]
    expected = [found(*one) for one in pairs]
    assert any(expected)
    init_dlq(TABLE, search=True) if index == "of init_dlq" else make_whole_index()
    sql("SET LOCAL enable_seqscan = off")
    assert [found(*one) for one in pairs] == expected


def test_scan_compares_without_the_index_condition(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would be one more text for each entry, and no index is used there."""
    init_dlq(TABLE, search=True)
    add_entries(200, failure_reason="'needle and hay with straw'")
    make_large(monkeypatch, seconds=5)
    filterset = DlqFilterSet.of_pairs([("q", "needle hay straw 4711"), ("q_by", "anywhere")])
    with CaptureQueriesContext(connection) as queries:
        fetch_page(filterset, Keyset("failed_at", descending=True), None, 10)
    scans = [query["sql"] for query in queries if ") IS TRUE)" in query["sql"] and "needle" in query["sql"]]
    assert scans
    for scan in scans:
        assert "ILIKE" not in scan
        assert scan.count("LIKE ALL") == 1


def test_entry_page_says_what_a_search_looks_at_when_it_is_long(boss: Client, entry: Callable[..., int]) -> None:
    says = "A search looks at the first 262,144 characters of this failed job only"
    short, long = entry(), entry(payload=json.dumps({"x": "y" * WITHIN}))
    assert says not in get(boss, f"{LIST}{short}/change/").text
    assert says in get(boss, f"{LIST}{long}/change/").text
