"""People merge two patterns, split one, and undo either; it holds for what comes later and for newer rules."""

from __future__ import annotations

import json

import pytest

from dlq.filters import DlqFilterSet
from dlq.models import EntryPattern, FailurePattern, PatternDecision
from dlq.patterns import classifier, discovery, fingerprint, learned_merging, merging
from dlq.patterns.edits import edits_of
from dlq.patterns.regrouping import (
    ChangedMeanwhile,
    NotPossible,
    Regrouping,
    carry_out,
    decisions_of,
    plan_merge,
    plan_split,
    plan_undo,
)
from tests.support.entries import add_entry
from tests.support.patterns import check_counts, group_everything, pattern_of

pytestmark = pytest.mark.django_db

SHOPS = ("amber", "birch", "cobalt", "dune")


def add(text: str, **columns: object) -> int:
    return add_entry(last_error=json.dumps(text), **columns)


def grouped(*texts: str) -> list[int]:
    entries = [add(text) for text in texts]
    group_everything()
    return entries


def shops(*names: str) -> list[int]:
    return grouped(*(f"shop {name} has no domain" for name in names))


def template_of(entry: int) -> int:
    return EntryPattern.objects.get(pk=entry).pattern_id


def do(plan: Regrouping, actor: str = "ann") -> FailurePattern:
    return carry_out(lambda: plan, mark=plan.mark, actor=actor)


def merged(entry: int, other: int) -> FailurePattern:
    return do(plan_merge(pattern_of(entry), pattern_of(other)))


def undone(entry: int) -> FailurePattern:
    pattern = pattern_of(entry)
    return do(plan_undo(pattern, decisions_of(pattern)[0]), actor="bob")


def history(entry: int) -> str:
    return "\n".join(f"{edit.actor}: {edit.in_words}" for edit in edits_of(pattern_of(entry)))


def filtered(text: str) -> set[int]:
    return set(DlqFilterSet.of_pairs([("pattern", text)]).qs.values_list("id", flat=True))


def test_merge_moves_the_failed_jobs_that_its_preview_counts_and_both_addresses_lead_to_them() -> None:
    one, other = grouped("disk is full", "no space left on device")
    grouped("no space left on device")
    whole, part = pattern_of(one), pattern_of(other)
    plan = plan_merge(whole, part)
    assert (plan.entries, [template.pk for template in plan.templates]) == (2, [part.pk])
    merged(one, other)
    assert pattern_of(other) == whole
    assert len(filtered(str(whole.pk))) == 3
    assert filtered(str(part.pk)) == filtered(str(whole.pk))
    assert f"ann: Merged pattern #{part.pk} “{part.title}”, 2 failed jobs, into this one." in history(one)
    check_counts()


def test_merge_holds_for_later_arrivals() -> None:
    one, other = grouped("disk is full", "no space left on device")
    whole = merged(one, other)
    (later,) = grouped("no space left on device")
    assert pattern_of(later) == whole
    check_counts()


def test_merge_joins_what_was_written_and_its_undo_gives_each_its_own_back() -> None:
    one, other = grouped("disk is full", "no space left on device")
    FailurePattern.objects.filter(pk=pattern_of(one).pk).update(notes="call ops")
    FailurePattern.objects.filter(pk=pattern_of(other).pk).update(notes="clean up", advice="no")
    merged(one, other)
    assert (pattern_of(one).notes, pattern_of(one).advice) == ("call ops\nclean up", "no")
    undone(one)
    assert (pattern_of(one).notes, pattern_of(one).advice) == ("call ops", "")
    assert (pattern_of(other).notes, pattern_of(other).advice) == ("clean up", "no")
    assert "bob: Undid ann’s merge with" in history(one)
    assert "bob: Undid ann’s merge with" in history(other)
    check_counts()


def test_undo_of_a_merge_keeps_what_was_written_since() -> None:
    one, other = grouped("disk is full", "no space left on device")
    merged(one, other)
    FailurePattern.objects.filter(pk=pattern_of(one).pk).update(notes="found out")
    undone(one)
    assert pattern_of(one).notes == "found out"


def test_split_holds_for_later_arrivals_of_the_value_and_others_stay_one() -> None:
    entries = shops(*SHOPS)
    whole = pattern_of(entries[0])
    FailurePattern.objects.filter(pk=whole.pk).update(notes="call the shop", advice="ask")
    plan = plan_split(pattern_of(entries[0]), [template_of(entries[2])])
    assert plan.entries == 1
    do(plan)
    assert [pattern_of(entry) == whole for entry in entries] == [True, True, False, True]
    apart = pattern_of(entries[2])
    assert (apart.notes, apart.advice) == ("call the shop", "ask")
    later = shops("cobalt", "ember", "fjord")
    assert [pattern_of(entry).pk for entry in later] == [apart.pk, whole.pk, whole.pk]
    assert f"ann: Split off pattern #{apart.pk}" in history(entries[0])
    assert f"ann: Split off from pattern #{whole.pk}" in history(entries[2])
    check_counts()


def test_split_by_the_value_that_the_pattern_was_made_of_leaves_its_number_with_that_value() -> None:
    entries = shops(*SHOPS)
    whole = pattern_of(entries[0])
    own = next(entry for entry in entries if template_of(entry) == whole.pk)
    plan = plan_split(whole, [whole.pk])
    assert plan.entries == 3
    do(plan)
    others = {pattern_of(entry).pk for entry in entries if entry != own}
    assert pattern_of(own).pk == whole.pk
    assert len(others) == 1
    (later,) = shops("ember")
    assert pattern_of(later).pk in others
    check_counts()


def test_undo_of_a_split_puts_back_what_came_since() -> None:
    entries = shops(*SHOPS)
    do(plan_split(pattern_of(entries[0]), [template_of(entries[2])]))
    later = shops("cobalt")
    undone(entries[0])
    assert len({pattern_of(entry).pk for entry in (*entries, *later)}) == 1
    assert not FailurePattern.objects.exclude(placed_by="").exists()
    check_counts()


def test_times_of_a_pattern_span_its_failed_jobs_whatever_was_merged_and_undone() -> None:
    one, other = grouped("disk is full", "no space left on device")
    merged(one, other)
    (later,) = grouped("no space left on device")
    undone(one)
    assert filtered(str(pattern_of(other).pk)) == {other, later}


def test_frozen_pattern_is_neither_widened_by_a_merge_nor_narrowed_by_a_split() -> None:
    entries = shops(*SHOPS)
    other = grouped("no space left on device")[0]
    pairs = DlqFilterSet.of_pairs([("pattern", str(pattern_of(entries[0]).pk))]).absolute_pairs
    (frozen,) = [text for name, text in pairs if name == "pattern"]
    merged(entries[0], other)
    assert filtered(frozen) == set(entries)
    do(plan_split(pattern_of(entries[0]), [template_of(entries[2]), template_of(entries[3])]))
    assert filtered(frozen) == set(entries)
    whole = pattern_of(entries[0])
    do(plan_split(whole, [whole.pk]))
    assert filtered(frozen) == set(entries)


def test_merges_are_undone_in_turn() -> None:
    one, two, three = grouped("disk is full", "no space left on device", "quota exceeded")
    merged(two, three)
    part = pattern_of(two)
    (first,) = decisions_of(part)
    merged(one, two)
    with pytest.raises(NotPossible, match="undo that first"):
        plan_undo(part, PatternDecision.objects.get(pk=first.pk))
    undone(one)
    assert pattern_of(two) == pattern_of(three) != pattern_of(one)
    undone(two)
    assert len({pattern_of(entry).pk for entry in (one, two, three)}) == 3
    check_counts()


@pytest.mark.parametrize("what", ["itself", "another task", "nothing"])
def test_merge_is_refused_with_a_sentence(what: str) -> None:
    (one,) = grouped("disk is full")
    other = {"itself": pattern_of(one), "another task": _of_another_task(), "nothing": None}[what]
    with pytest.raises(NotPossible):
        plan_merge(pattern_of(one), other)


def _of_another_task() -> FailurePattern:
    entry = add("disk is full", task_identifier="another")
    group_everything()
    return pattern_of(entry)


def test_split_is_refused_with_a_sentence_when_it_takes_nothing_all_or_others() -> None:
    entries = shops(*SHOPS)
    (other,) = grouped("disk is full")
    whole = pattern_of(entries[0])
    for chosen in ([], [template_of(entry) for entry in entries], [template_of(other)]):
        with pytest.raises(NotPossible):
            plan_split(whole, chosen)


def test_nothing_is_moved_when_it_is_something_else_than_what_was_shown() -> None:
    one, other = shops(*SHOPS)[0], grouped("disk is full")[0]
    shown = plan_merge(pattern_of(other), pattern_of(one))
    shops("ember")
    with pytest.raises(ChangedMeanwhile):
        carry_out(lambda: plan_merge(pattern_of(other), pattern_of(one)), mark=shown.mark, actor="ann")
    assert pattern_of(one) != pattern_of(other)


def by_newer_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    newer = fingerprint.VERSION + 1
    for module in (classifier, discovery, learned_merging, merging):
        monkeypatch.setattr(module, "VERSION", newer)
    group_everything()


def test_merge_and_split_hold_under_newer_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    entries = shops(*SHOPS)
    one, other = grouped("disk is full", "no space left on device")
    merged(one, other)
    do(plan_split(pattern_of(entries[0]), [template_of(entries[2])]))
    whole, apart = pattern_of(entries[0]).pk, pattern_of(entries[2]).pk
    by_newer_rules(monkeypatch)
    assert pattern_of(one) == pattern_of(other)
    assert [pattern_of(entry).pk for entry in entries] == [whole, whole, apart, whole]
    later = shops("ember", "cobalt")
    assert [pattern_of(entry).pk for entry in later] == [whole, apart]
    check_counts()


def test_parts_keep_what_was_written_about_the_whole_when_newer_rules_take_it_apart(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    entries = shops(*SHOPS)
    whole = pattern_of(entries[0])
    written = {"notes": "call", "advice": "no", "assignee": "ann", "state": "known"}
    FailurePattern.objects.filter(pk=whole.pk).update(**written)
    monkeypatch.setattr(learned_merging, "patterns_of", lambda templates: range(len(templates)))
    by_newer_rules(monkeypatch)
    assert len({pattern_of(entry).pk for entry in entries}) == len(entries)
    for entry in entries:
        pattern = pattern_of(entry)
        assert {name: getattr(pattern, name) for name in written} == written
        if pattern != whole:
            assert f"Was a part of pattern #{whole.pk}" in history(entry)
            assert f"By newer rules pattern #{pattern.pk}" in "\n".join(edit.in_words for edit in edits_of(whole))
    check_counts()
