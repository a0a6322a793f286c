"""New templates are compared with those of their task, and become one pattern where they differ in a value only."""

from __future__ import annotations

import json

import pytest

from dlq.filters import DlqFilterSet
from dlq.models import FailurePattern
from dlq.patterns import learned_merging
from tests.support.entries import add_entry
from tests.support.patterns import check_counts, group_everything, pattern_of

pytestmark = pytest.mark.django_db

WORDS = ("amber", "birch", "cobalt", "dune", "ember", "fjord", "grove", "heron")


def add(text: str, **columns: object) -> int:
    return add_entry(last_error=json.dumps(text), **columns)


def add_shops(words: tuple[str, ...] = WORDS) -> list[int]:
    return [add(f"shop {word} has no domain") for word in words]


def filtered(text: str) -> set[int]:
    return set(DlqFilterSet.of_pairs([("pattern", text)]).qs.values_list("id", flat=True))


def test_values_become_one_pattern_when_they_came_at_once_or_one_after_the_other() -> None:
    entries = add_shops(WORDS[:4])
    group_everything()
    whole = pattern_of(entries[0])
    assert {pattern_of(entry) for entry in entries} == {whole}
    for word in WORDS[4:]:
        entries.append(add(f"shop {word} has no domain"))
        group_everything()
    assert {pattern_of(entry).pk for entry in entries} == {whole.pk}
    assert pattern_of(entries[0]).entry_count == len(entries)
    assert filtered(str(whole.pk)) == set(entries)
    check_counts()


def test_patterns_merge_when_their_difference_turns_out_to_be_a_value() -> None:
    one, other = add_shops(WORDS[:2])
    group_everything()
    assert pattern_of(one) != pattern_of(other)
    add_shops(WORDS[2:3])
    group_everything()
    assert pattern_of(one) == pattern_of(other)
    check_counts()


def test_payload_says_what_is_a_value() -> None:
    entries = [add(f"{word} opted out", payload=json.dumps({"user": word})) for word in WORDS[:2]]
    group_everything()
    assert pattern_of(entries[0]) == pattern_of(entries[1])


def test_names_stay_apart_however_many_there_are() -> None:
    entries = [add(f"missing field `{word}` at line 7") for word in WORDS]
    group_everything()
    assert len({pattern_of(entry).pk for entry in entries}) == len(WORDS)


def test_pattern_that_people_wrote_about_takes_in_what_comes_but_no_other_pattern() -> None:
    one, other = add_shops(WORDS[:2])
    group_everything()
    FailurePattern.objects.filter(pk=pattern_of(other).pk).update(advice="no", notes="ask the shop")
    written = pattern_of(other).pk
    later = add_shops(WORDS[2:])
    group_everything()
    assert {pattern_of(entry).pk for entry in later} == {written}
    assert (pattern_of(one).pk != written, pattern_of(one).notes) == (True, "")
    check_counts()


def test_patterns_with_different_writings_are_never_merged() -> None:
    one, other = add_shops(WORDS[:2])
    group_everything()
    for entry, notes in ((one, "one"), (other, "two")):
        FailurePattern.objects.filter(pk=pattern_of(entry).pk).update(notes=notes)
    add_shops(WORDS[2:])
    group_everything()
    assert (pattern_of(one).notes, pattern_of(other).notes) == ("one", "two")
    check_counts()


def test_later_values_are_counted_with_the_whole_when_it_has_many_templates(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learned_merging, "MOST_KEPT", 4)
    entries = add_shops()
    group_everything()
    assert len({pattern_of(entry).pk for entry in entries}) == 1
    assert FailurePattern.objects.count() == 4
    check_counts()


def test_frozen_pattern_keeps_its_templates_when_others_are_merged_into_it() -> None:
    entries = add_shops(WORDS[:2])
    group_everything()
    pairs = DlqFilterSet.of_pairs([("pattern", str(pattern_of(entries[0]).pk))]).absolute_pairs
    (frozen,) = [text for name, text in pairs if name == "pattern"]
    add_shops(WORDS[2:])
    group_everything()
    assert pattern_of(entries[0]) == pattern_of(entries[1])
    assert filtered(frozen) == {entries[0]}
    assert filtered(str(pattern_of(entries[0]).pk)) > {entries[0]}


@pytest.mark.parametrize("text", ["=", "=x", "=1,x", "=1,", "=0,1", "=1,99999999999999999999"])
def test_frozen_pattern_is_refused_when_it_is_none(text: str) -> None:
    assert DlqFilterSet.of_pairs([("pattern", text)]).problems
