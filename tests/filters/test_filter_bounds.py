"""What a filter may ask for is bounded before any work begins; more is refused with a sentence, everywhere alike."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dlq.filters import DlqFilterSet
from dlq.filters.fields import LONGEST
from dlq.filters.payload import DEEPEST
from dlq.filters.searching.search import MOST_WORDS
from dlq.operations.selected import UnreadableFilter, matching
from tests.support.entries import add_entry, ids
from tests.support.operations import confirm
from tests.support.pages import LIST, STATISTICS, ask, get

pytestmark = pytest.mark.django_db

TOO_MANY = " ".join(f"w{number}" for number in range(MOST_WORDS + 1))
SENTENCE = (
    "Search: Give at most 16 different words, these are 17. A “phrase in quotes” counts as one."
)  # fmt: skip
PATH = ".".join(["a"] * (DEEPEST + 1))


@pytest.mark.parametrize(
    ("pairs", "sentence"),
    [
        ([("q", TOO_MANY)], SENTENCE),
        ([("q", word) for word in TOO_MANY.split()], SENTENCE),
        ([("q", "x" * (LONGEST + 1))], "Search: Give at most 2,000 characters a value, this has 2,001."),
        ([("task_identifier", f"t{number}") for number in range(101)], "Task: Give at most 100 values, these are 101."),
        ([("pattern", str(number)) for number in range(101)], "Pattern: Give at most 100 values, these are 101."),
        ([("job_key", "x" * (LONGEST + 1))], "Key: Give at most 2,000 characters a value, this has 2,001."),
        ([("payload", f"a{n}=1") for n in range(17)], "Payload has: Give at most 16 values, these are 17."),
        ([("payload", f"{PATH}=1")], "Payload has: A path has at most 32 keys, this has 33."),
    ],
)
def test_more_than_the_bound_is_refused_before_any_work(pairs: list[tuple[str, str]], sentence: str) -> None:
    add_entry()
    filterset = DlqFilterSet.of_pairs(pairs)
    with CaptureQueriesContext(connection) as queries:
        assert filterset.problems == [sentence]
        assert list(filterset.qs) == []
    assert [query for query in queries if "savepoint" not in query["sql"].lower()] == []


@pytest.mark.parametrize(
    "pairs",
    [
        [("q", " ".join(TOO_MANY.split()[:-1]))],
        [("q", "again and " * 100)],
        [("q", "again and again"), ("q", "and again")],
        [("q", "x" * LONGEST)],
        [("task_identifier", f"t{number}") for number in range(100)],
        [("task_identifier", "t"), *[("task_identifier", " ")] * 200],
        [("payload", f"a{n}=1") for n in range(16)],
        [("payload", f"{PATH[2:]}=1")],
    ],
)
def test_as_much_as_the_bound_is_answered(pairs: list[tuple[str, str]]) -> None:
    filterset = DlqFilterSet.of_pairs(pairs)
    assert filterset.problems == []
    assert list(filterset.qs) == []


def test_number_beyond_all_numbers_is_a_text_when_it_is_looked_for_in_the_payload() -> None:
    number = "1e9999999999999999999"
    entry = add_entry(payload=f'{{"a": "{number}"}}')
    assert list(DlqFilterSet.of_pairs([("payload", f"a={number}")]).qs.values_list("pk", flat=True)) == [entry]


def test_too_many_words_are_refused_with_the_sentence_on_every_page(boss: Client) -> None:
    add_entry()
    for address in (LIST, STATISTICS):
        page = get(boss, address, q=TOO_MANY)
        assert page.status == 200
        assert SENTENCE in page.text
        assert page.entries == []
    for parameters in ({}, {"format": "csv"}):
        answer = boss.get(f"{LIST}export/", {"q": TOO_MANY, **parameters}, follow=True)
        assert answer.redirect_chain
        assert "Give at most 16 different words" in answer.content.decode()


def test_operation_does_nothing_when_its_filter_has_too_many_words(boss: Client) -> None:
    entry = add_entry(failure_reason=TOO_MANY)
    page = ask(boss, "delete", [entry], everything=True, query=f"?q={TOO_MANY.replace(' ', '+')}")
    assert "Nothing was done" in " ".join(page.messages)
    operation = confirm("delete", pairs=[("q", "needle")]).as_operation()
    operation.filter = [["q", TOO_MANY]]
    with pytest.raises(UnreadableFilter, match="16 different words"):
        matching(operation)
    assert ids() == [entry]
