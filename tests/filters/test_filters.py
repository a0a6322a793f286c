"""Each filter parameter alone and in pairs, against plain SQL, on a table that differs in everything."""

from __future__ import annotations

import re
from itertools import combinations, product
from random import Random

import pytest
from django.test import override_settings

from dlq.filters import DlqFilterSet
from dlq.operations.batch import BatchFinder
from dlq.operations.confirmation import Confirmation
from dlq.table.location import TABLE
from tests.filters.filter_cases import cases
from tests.support import variety
from tests.support.database import sql
from tests.support.entries import add_entry

CASES = cases()


@pytest.fixture
def variety_of_entries(db: None) -> None:
    variety.fill()


with_owner_columns = override_settings(DLQ_EXTRA_COLUMNS=tuple(variety.OWNER_COLUMNS))


def filtered(*pairs: tuple[str, str]) -> set[int]:
    filterset = DlqFilterSet.of_pairs(pairs)
    assert filterset.problems == []
    return set(filterset.qs.values_list("id", flat=True))


def plain(where: str) -> set[int]:
    return {entry for (entry,) in sql(f"SELECT id FROM {TABLE.regclass} WHERE {where}")}


@pytest.mark.usefixtures("variety_of_entries")
@with_owner_columns
def test_entries_are_those_of_plain_sql_when_one_parameter_is_given() -> None:
    for name, values in CASES.items():
        for text, where in values.items():
            assert filtered((name, text)) == plain(where), (name, text)


@pytest.mark.usefixtures("variety_of_entries")
@with_owner_columns
def test_an_operation_locks_the_same_entries_when_one_parameter_is_given() -> None:
    for name, values in CASES.items():
        for text, where in values.items():
            frozen = Confirmation.of("delete", 1, filterset=DlqFilterSet.of_pairs([(name, text)]))
            locked, is_last = BatchFinder().lock(frozen.as_operation())
            assert set(locked) == plain(f"({where}) AND failed_at <= now()"), (name, text)
            assert locked == sorted(locked)
            assert is_last


@pytest.mark.usefixtures("variety_of_entries")
@with_owner_columns
def test_cases_can_tell_right_from_wrong_when_compared() -> None:
    """Each parameter has a value that some entries match and some do not: else the tests above and below could not fail."""
    everything = plain("true")
    for name, values in CASES.items():
        sizes = [len(plain(where)) for where in values.values()]
        assert any(0 < size < len(everything) for size in sizes), name


@pytest.mark.usefixtures("variety_of_entries")
@with_owner_columns
def test_values_of_one_parameter_are_alternatives_when_repeated() -> None:
    for name, values in CASES.items():
        if name == "payload":
            continue
        for (one, where_one), (other, where_other) in combinations(values.items(), 2):
            assert filtered((name, one), (name, other)) == plain(where_one) | plain(where_other), (name, one, other)


@pytest.mark.usefixtures("variety_of_entries")
def test_payload_conditions_all_hold_when_repeated() -> None:
    values = CASES["payload"]
    for (one, where_one), (other, where_other) in combinations(values.items(), 2):
        assert filtered(("payload", one), ("payload", other)) == plain(where_one) & plain(where_other), (one, other)
    assert filtered(("payload", "order.id=7"), ("payload", "order.paid=true"))


@pytest.mark.usefixtures("variety_of_entries")
@with_owner_columns
def test_parameters_all_hold_when_two_are_given() -> None:
    random = Random(7)
    answers = {(name, text): plain(where) for name, values in CASES.items() for text, where in values.items()}
    some = 0
    for one, other in combinations(CASES, 2):
        pairs = list(product(CASES[one], CASES[other]))
        for first, second in random.sample(pairs, min(2, len(pairs))):
            expected = answers[one, first] & answers[other, second]
            some += bool(expected)
            assert filtered((one, first), (other, second)) == expected, (one, first, other, second)
    assert some > 100


@pytest.mark.usefixtures("variety_of_entries")
def test_everything_matches_when_values_are_empty() -> None:
    pairs = [(name, "") for name in CASES if name in DlqFilterSet.base_filters]
    assert filtered(*pairs, ("q", "   ")) == plain("true")


@pytest.mark.django_db
@with_owner_columns
@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("status", "fresh", "Write one of: open, once, any, new"),
        ("requeued_by", "the last", "Write a whole number"),
        ("pattern", "1", "There is no failure pattern “1”"),
        ("task", "x", "There is no filter “task”"),
        ("task_identifier__in", "x", "There is no filter"),
        ("created_by", "x", "There is no filter"),
        ("failed_after", "the other day", "is no time"),
        ("failed_after", "2026-02-30", "no date or time that exists"),
        ("failed_before", "2026-03-01T25:00", "no date or time that exists"),
        ("failed_after", "10000-13-01", "no date or time that exists"),
        ("failed_after", "5000-01-01 BC", "no date or time that exists"),
        ("failed_after", "999999999w", "no date or time that exists"),
        ("failure_count_min", "many", "whole number"),
        ("failure_count_min", "1.5", "whole number"),
        ("priority_max", "9223372036854775808", "less than or equal"),
        ("original_job_id", "0x10", "whole number"),
        ("requeued", "maybe", "yes or no"),
        ("has_notes", "true", "yes or no"),
        ("payload", "customer_id", "is no condition"),
        ("payload", "=42", "is no condition"),
        ("payload", "a..b=1", "is no condition"),
        ("payload", '"a=1', "is no condition"),
        ("payload", '"a"b=1', "is no condition"),
        ("payload", r'"\ud800"=1', "is no condition"),
        ("payload", r'"\u0000"=1', "NUL"),
        ("payload", " =1", "is no condition"),
        ("payload", "a=\x00", "NUL"),
        ("q", "a\x00", "[Nn]ull"),
        ("attempts_seen", "seven", "of type integer"),
        ("attempts_seen", "99999999999", "of type integer"),
        ("mood", "angry", "of type"),
        ("due_day", "someday", "of type date"),
        ("custom_metadata", "{", "of type jsonb"),
        ("price", "1e9", "of type numeric"),
        ("tenant_id", "a\x00", "no value of tenant_id"),
    ],
)
def test_nothing_matches_and_a_sentence_says_why_when_a_parameter_is_wrong(name: str, text: str, says: str) -> None:
    variety.add_owner_columns()
    add_entry()
    filterset = DlqFilterSet.of_pairs([(name, text), ("task_identifier", "send_email")])
    assert not filterset.is_valid()
    assert list(filterset.qs) == []
    (sentence,) = filterset.problems
    assert re.search(says, sentence), sentence


@pytest.mark.usefixtures("variety_of_entries")
def test_nothing_matches_when_one_of_two_values_is_wrong() -> None:
    filterset = DlqFilterSet.of_pairs([("failure_count_min", "1"), ("failure_count_min", "x")])
    assert list(filterset.qs) == []
    assert len(filterset.problems) == 1


@pytest.mark.usefixtures("variety_of_entries")
@pytest.mark.parametrize("name", ["o", "p", "e", "_popup", "after", "before"])
def test_everything_matches_when_only_a_parameter_of_the_list_itself_is_given(name: str) -> None:
    assert filtered((name, "1")) == plain("true")


@pytest.mark.usefixtures("variety_of_entries")
@override_settings(DLQ_EXTRA_COLUMNS=("tenant_id", "not_there"))
def test_column_is_an_unknown_parameter_when_the_table_has_none_of_that_name() -> None:
    assert DlqFilterSet.of_pairs([("not_there", "x")]).problems == ["There is no filter “not_there”."]
    assert filtered(("tenant_id", "acme")) == plain("tenant_id = 'acme'")


@pytest.mark.usefixtures("variety_of_entries")
@with_owner_columns
def test_absolute_filter_means_the_same_when_it_is_read_again() -> None:
    random = Random(11)
    for one, other in combinations(CASES, 2):
        pairs = [(one, random.choice(list(CASES[one]))), (other, random.choice(list(CASES[other])))]
        absolute = DlqFilterSet.of_pairs(pairs).absolute_pairs
        assert filtered(*absolute) == filtered(*pairs), pairs
        assert not any(text.endswith(("h", "d")) for name, text in absolute if name.startswith("failed_"))


@pytest.mark.django_db
def test_age_is_counted_from_the_confirmation_when_the_filter_was_made_absolute() -> None:
    """The absolute time stays where it is while the age goes on."""
    (pair,) = DlqFilterSet.of_pairs([("failed_after", "1h")]).absolute_pairs
    assert pair == ("failed_after", sql("SELECT now() - interval '1 hour'")[0][0].isoformat())


@pytest.mark.django_db
def test_filter_reads_in_words_and_comes_apart_when_active() -> None:
    filterset = DlqFilterSet.of_pairs(
        [
            ("task_identifier", "a"),
            ("task_identifier", "b"),
            ("queue_name", "-"),
            ("payload", "x=1"),
            ("payload", "y=2"),
        ]
    )
    assert str(filterset) == "Task is a or b; Queue is no queue; Payload has x=1 and y=2"
    without = {value.text: value.query_without for active in filterset.active for value in active.values}
    assert without["a"] == "?task_identifier=b&queue_name=-&payload=x%3D1&payload=y%3D2"
    assert without["y=2"] == "?task_identifier=a&task_identifier=b&queue_name=-&payload=x%3D1"
