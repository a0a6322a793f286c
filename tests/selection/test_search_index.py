"""The search index: by trigrams where the server has pg_trgm, else by words. What is found is what the page says it looks for.

Which of the two is tested depends on the server: the embedded one has no pg_trgm, a distribution's has (TEST_POSTGRES_BIN).
"""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client

from dlq.filters import DlqFilterSet
from dlq.table.indexes import table_state
from dlq.table.init import init_dlq
from dlq.table.location import TABLE
from tests.filters.filter_cases import cases
from tests.support import variety
from tests.support.database import SCHEMA, sql, value
from tests.support.entries import add_entries, add_entry
from tests.support.large import make_large
from tests.support.pages import LIST, get

pytestmark = pytest.mark.django_db

HAS_TRIGRAMS = "SELECT EXISTS (SELECT FROM pg_available_extensions WHERE name = 'pg_trgm')"


@pytest.fixture
def trigrams(db: None) -> bool:
    """Whether this server has them."""
    return bool(value(HAS_TRIGRAMS))


@pytest.fixture
def indexed(db: None) -> None:
    init_dlq(TABLE, search=True)


def found(*pairs: tuple[str, str]) -> set[int]:
    filterset = DlqFilterSet.of_pairs(pairs)
    assert filterset.problems == []
    return set(filterset.qs.values_list("id", flat=True))


def plan(*pairs: tuple[str, str]) -> str:
    sql("SET LOCAL enable_seqscan = off")
    return str(DlqFilterSet.of_pairs(pairs).qs.order_by().explain())


def test_command_says_which_index_it_made(trigrams: bool) -> None:
    err = StringIO()
    call_command("init_dlq", "--search-index", stdout=StringIO(), stderr=err)
    assert ("no pg_trgm" in err.getvalue()) == (not trigrams)
    state = table_state(TABLE)
    assert state.finds_parts_of_words == trigrams
    assert state.finds_words == (not trigrams)
    call_command("init_dlq", "--search-index", stdout=StringIO(), stderr=StringIO())


def test_printed_sql_has_the_index_when_asked_for(trigrams: bool) -> None:
    # A test with real commits may have left it.
    sql("DROP EXTENSION IF EXISTS pg_trgm CASCADE")
    out = StringIO()
    call_command("init_dlq", "--print-sql", "--search-index", stdout=out)
    assert ("gin_trgm_ops" in out.getvalue()) == trigrams
    assert ("to_tsvector" in out.getvalue()) == (not trigrams)
    assert ("CREATE EXTENSION IF NOT EXISTS pg_trgm" in out.getvalue()) == trigrams


@pytest.mark.usefixtures("indexed")
@pytest.mark.parametrize("word", ["needle", "customer 4711", '"not to be found"', "ümlaut"])
def test_search_is_answered_by_the_index_when_there_is_one(word: str, trigrams: bool) -> None:
    add_entries(50, failure_reason="'needle customer 4711 ümlaut'")
    index = "idx_backfill_dlq_search" if trigrams else "idx_backfill_dlq_search_words"
    assert f"Bitmap Index Scan on {index} " in plan(("q", word))


@pytest.mark.usefixtures("indexed")
def test_parts_of_words_are_found_as_without_an_index_when_asked_for() -> None:
    """Whatever index there is: `q_by=anywhere` means the same, and is the only meaning where there are trigrams."""
    variety.fill()
    for text, where in cases()["q"].items():
        expected = {entry for (entry,) in sql(f"SELECT id FROM {TABLE.regclass} WHERE {where}")}
        assert found(("q", text), ("q_by", "anywhere")) == expected, text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("refused", True),
        ("REFUSED", True),
        ("refu", True),
        ("fused", False),
        ("connection refused", True),
        ("refused connection", True),
        ('"connection refu"', True),
        ('"refused connection"', False),
        ("4711", True),
        ("customer_id", True),
        ("key-1", True),
        ("nobody", False),
        ("!!!", False),
    ],
)
def test_words_and_their_beginnings_are_found_when_asked_for(text: str, words: bool) -> None:
    entry = add_entry(
        failure_reason="gave up", last_error='"Connection refused"', payload='{"customer_id": 4711}', job_key="key-1"
    )
    add_entry(failure_reason="another", last_error=None, payload="{}")
    assert found(("q", text), ("q_by", "words")) == ({entry} if words else set())


def test_number_finds_ids_when_words_are_asked_for() -> None:
    entry = add_entry(payload="{}", original_job_id=987654)
    assert found(("q", "987654"), ("q_by", "words")) == {entry}
    assert found(("q", str(entry)), ("q_by", "words")) >= {entry}


@pytest.mark.usefixtures("indexed")
def test_meaning_is_pinned_when_an_operation_is_confirmed(trigrams: bool) -> None:
    """An index that somebody drops before the operation runs must not make it act on more."""
    pairs = DlqFilterSet.of_pairs([("q", "fused")]).absolute_pairs
    assert pairs == [("q", "fused"), ("q_by", "anywhere" if trigrams else "words")]
    entry = add_entry()
    before = found(*pairs)
    sql(f"DROP INDEX IF EXISTS {SCHEMA}.idx_backfill_dlq_search, {SCHEMA}.idx_backfill_dlq_search_words")
    assert found(*pairs) == before == ({entry} if trigrams else set())


@pytest.mark.usefixtures("indexed")
def test_page_says_that_only_words_are_found_when_the_index_has_no_parts(boss: Client, trigrams: bool) -> None:
    add_entry()
    page = get(boss, LIST, q="fused")
    assert bool(page.links("Search within words, too")) == (not trigrams)
    assert bool(page.all("p", class_="dlq-words")) == (not trigrams)
    assert not get(boss, LIST, q="fused", q_by="anywhere").all("p", class_="dlq-words")


@pytest.mark.usefixtures("indexed")
def test_rare_word_is_found_at_once_however_far_back_when_there_is_an_index(
    boss: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = add_entry(failure_reason="needle", failed_at="2020-01-01 00:00+00")
    add_entries(300)
    make_large(monkeypatch)
    page = get(boss, LIST, q="needle")
    assert page.entries == [old]
    assert "found so far" not in page.text


@pytest.mark.usefixtures("indexed")
def test_word_too_short_for_a_trigram_is_looked_for_piece_by_piece(
    boss: Client, monkeypatch: pytest.MonkeyPatch, trigrams: bool
) -> None:
    add_entries(300, failure_reason="'hay'", payload="'{}'")
    make_large(monkeypatch)
    page = get(boss, LIST, q="zz", q_by="anywhere" if trigrams else "words")
    assert ("Nothing found so far" in page.text) == trigrams


def test_entry_with_a_huge_payload_is_still_written_when_there_is_an_index(
    indexed: None, entry: Callable[..., int]
) -> None:
    """A text search vector holds at most a megabyte: beyond it PostgreSQL would refuse the library's INSERT."""
    words = " ".join(f"wörter{number}" for number in range(400_000))
    identity = entry(failure_reason="needle", payload=f'"{words}"')
    assert found(("q", "needle")) == {identity}


@pytest.mark.usefixtures("indexed")
def test_payload_is_found_by_containment_index_when_there_is_one() -> None:
    sql(f"CREATE INDEX ON {SCHEMA}.backfill_dlq USING gin (payload jsonb_path_ops)")
    entry = add_entry(payload='{"order": {"id": 7}}')
    add_entries(50)
    assert found(("payload", "order.id=7")) == {entry}
    assert "Bitmap Index Scan on backfill_dlq_payload_idx" in plan(("payload", "order.id=7"))
