"""Chains: an entry and what its requeued job came back as are one failure, and the newest stands for all."""

from __future__ import annotations

import pytest

from dlq.filters.status import ANY, OPEN, has_status
from dlq.models import BackfillDlq, ChainLife, DutyProgress
from dlq.outcomes.settling import settle
from dlq.process.processor import process_failed_jobs
from dlq.table.location import TABLE
from tests.support.chains import comes_back, job_of, statuses
from tests.support.database import sql, truncate
from tests.support.entries import add_entries, add_entry
from tests.support.jobs import exhaust, finish
from tests.support.operations import operate, requeue

pytestmark = pytest.mark.django_db(transaction=True)


def listed(status: str) -> list[int]:
    return list(BackfillDlq.objects.filter(has_status(status)).order_by("id").values_list("id", flat=True))


def chains() -> dict[int, int]:
    return dict(ChainLife.objects.values_list("entry_id", "chain"))


def test_newest_stands_for_all_when_a_job_came_back_again_and_again() -> None:
    first = add_entry()
    second = comes_back(first)
    third = comes_back(second)
    assert chains() == {first: first, second: first, third: first}
    assert statuses() == {first: "superseded", second: "superseded", third: "failed_again"}
    assert listed(OPEN) == [third]
    assert listed("superseded") == [first, second]
    assert listed(ANY) == [first, second, third]


def test_one_before_stands_again_when_a_later_life_vanished_by_others_hands() -> None:
    first = add_entry()
    second = comes_back(first)
    sql(f"DELETE FROM {TABLE.regclass} WHERE id = %s", second)
    assert statuses() == {first: "failed_again"}


def test_newest_of_several_come_backs_stands_for_all() -> None:
    first = add_entry()
    requeue(first)
    job = job_of(first)
    requeue(first, also_on_their_way=True)
    exhaust(job_of(first))
    process_failed_jobs(TABLE)
    exhaust(job)
    process_failed_jobs(TABLE)
    settle(10)
    assert statuses() == {first: "superseded", first + 1: "superseded", first + 2: "failed_again"}


def test_recovered_chain_is_hidden_with_all_its_lives() -> None:
    first = add_entry()
    second = comes_back(first)
    requeue(second)
    finish(job_of(second))
    settle(10)
    assert statuses() == {first: "superseded", second: "recovered"}
    assert listed(OPEN) == []


def test_keyed_entry_is_no_chain_when_it_came_back_as_itself() -> None:
    entry = add_entry(job_key="k")
    requeue(entry)
    exhaust(job_of(entry))
    process_failed_jobs(TABLE)
    settle(10)
    assert chains() == {}
    assert statuses() == {entry: "failed_again"}


def test_keyed_entry_requeued_without_its_key_comes_back_as_another_life() -> None:
    entry = add_entry(job_key="k")
    requeue(entry)
    requeue(entry, key_policy="drop", also_on_their_way=True)
    exhaust(job_of(entry))
    process_failed_jobs(TABLE)
    settle(10)
    assert statuses() == {entry: "superseded", entry + 1: "failed_again"}


def test_what_came_back_before_there_were_chains_is_linked() -> None:
    first, other = add_entries(2)
    second = comes_back(first)
    third = comes_back(second)
    comes_back(other)
    expected = chains()
    truncate("dlq_chainlife")
    sql("DELETE FROM dlq_dutyprogress WHERE duty = 'link earlier requeues'")
    sql("UPDATE dlq_dutyprogress SET reached = reached + interval '1 day' WHERE duty = 'outcomes'")
    assert statuses()[third] == "new"
    settle(10)
    assert chains() == expected
    assert DutyProgress.objects.get(duty="link earlier requeues").reached is not None


def test_a_chain_becomes_part_of_another_when_its_first_life_turns_out_to_have_come_from_that() -> None:
    first = add_entry()
    second = comes_back(first)
    third = comes_back(second)
    sql("UPDATE dlq_chainlife SET chain = %s WHERE entry_id IN (%s, %s)", second, second, third)
    sql("DELETE FROM dlq_chainlife WHERE entry_id = %s", first)
    settle(10)
    assert chains() == {first: first, second: first, third: first}


def test_nothing_is_linked_to_a_recalled_requeue() -> None:
    entry = add_entry()
    done = requeue(entry)
    operate("recall", undoes_id=done.pk)
    settle(10)
    assert chains() == {}
