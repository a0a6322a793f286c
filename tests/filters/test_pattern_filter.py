"""The `pattern` filter: the failed jobs of a failure pattern."""

from __future__ import annotations

import json

import pytest

from dlq.filters import DlqFilterSet
from dlq.models import FailurePattern
from dlq.patterns.merging import merge
from tests.support.database import SCHEMA, sql
from tests.support.entries import add_entry
from tests.support.operations import operate
from tests.support.patterns import group_everything, pattern_ids, pattern_of

pytestmark = pytest.mark.django_db


def filtered(*pairs: tuple[str, str]) -> set[int]:
    filterset = DlqFilterSet.of_pairs(pairs)
    assert filterset.problems == []
    return set(filterset.qs.values_list("id", flat=True))


def test_entries_are_those_of_the_pattern_when_filtered_by_it() -> None:
    refused = [
        add_entry(last_error='"Connection refused by 10.0.0.1"'),
        add_entry(last_error='"Connection refused by 10.0.0.2"'),
    ]
    timeout = add_entry(last_error='"Timeout after 30 s"')
    group_everything()
    unsorted = add_entry(last_error='"Connection refused by 10.0.0.3"')
    one, other = str(pattern_of(refused[0]).pk), str(pattern_of(timeout).pk)
    assert filtered(("pattern", one)) == set(refused)
    assert filtered(("pattern", one), ("pattern", other)) == {*refused, timeout}
    assert filtered(("pattern", "-")) == {unsorted}
    assert filtered(("pattern", "-"), ("pattern", other)) == {unsorted, timeout}


def test_entry_is_in_no_pattern_when_it_failed_again_and_is_not_sorted_yet() -> None:
    entry = add_entry(job_key="k")
    group_everything()
    pattern = str(pattern_of(entry).pk)
    sql(f"UPDATE {SCHEMA}.backfill_dlq SET failed_at = now() + interval '1 second', last_error = '\"other\"'")
    assert filtered(("pattern", pattern)) == set()
    assert filtered(("pattern", "-")) == {entry}


def test_entry_is_in_no_pattern_when_its_failure_was_restored_until_it_is_sorted_anew() -> None:
    entry = add_entry()
    group_everything()
    pattern = str(pattern_of(entry).pk)
    sql(f"UPDATE {SCHEMA}.backfill_dlq SET failed_at = failed_at - interval '1 day'")
    assert filtered(("pattern", pattern)) == set()
    assert filtered(("pattern", "-")) == {entry}
    group_everything()
    assert filtered(("pattern", pattern)) == {entry}
    assert filtered(("pattern", "-")) == set()


def test_filter_reads_in_words_when_it_is_shown() -> None:
    pattern = pattern_of_new("Connection refused by 10.0.0.1")
    assert str(DlqFilterSet.of_pairs([("pattern", str(pattern.pk))])) == (
        "Pattern is “Connection refused by <ip>” (send_email)"
    )
    assert str(DlqFilterSet.of_pairs([("pattern", "-")])) == "Pattern is not grouped yet"


@pytest.mark.parametrize("text", ["0", "999", "x", "-1", "99999999999999999999", "1.5"])
def test_filter_shows_its_mistake_and_no_rows_when_there_is_no_such_pattern(text: str) -> None:
    add_entry()
    filterset = DlqFilterSet.of_pairs([("pattern", text)])
    assert filterset.problems == [f"Pattern: There is no failure pattern “{text}”."]
    assert not filterset.qs.exists()


def test_merged_pattern_stands_for_what_it_became_when_filtered_by_it() -> None:
    entries = [add_entry(last_error='"one"'), add_entry(last_error='"two"')]
    group_everything()
    one, two = pattern_ids(*entries)
    FailurePattern.objects.filter(pk=one).update(merged_into=two)
    assert filtered(("pattern", str(one))) == filtered(("pattern", str(two))) == set(entries)


def test_pattern_leads_to_the_last_one_when_it_was_merged_twice() -> None:
    entries = [add_entry(last_error=f'"{error}"') for error in ("one", "two", "three")]
    group_everything()
    one, two, three = (pattern_of(entry) for entry in entries)
    merge(one, into=two)
    merge(FailurePattern.objects.get(pk=two.pk), into=three)
    for pattern in (one, two, three):
        assert filtered(("pattern", str(pattern.pk))) == set(entries)


def test_operation_acts_on_the_pattern_when_everything_of_it_is_selected() -> None:
    entries = [add_entry(last_error='"one"'), add_entry(last_error='"two"')]
    group_everything()
    operation = operate("delete", pairs=[("pattern", str(pattern_of(entries[0]).pk))])
    assert (operation.done_count, operation.skipped_count) == (1, 0)
    assert filtered() == {entries[1]}


def pattern_of_new(error: str) -> FailurePattern:
    entry = add_entry(last_error=json.dumps(error))
    group_everything()
    return pattern_of(entry)
