"""A pattern's number leaves out what recovered, and counts a failure with several lives once."""

from __future__ import annotations

import pytest
from django.test import Client

from dlq.models import FailurePattern, PatternHour
from dlq.outcomes.settling import settle
from dlq.patterns import recounting
from dlq.table.location import TABLE
from dlq.web.formatting import failed_jobs
from tests.support.chains import add_chain, comes_back, job_of
from tests.support.database import sql
from tests.support.entries import add_entries
from tests.support.jobs import finish
from tests.support.operations import operate, requeue
from tests.support.pages import LIST, get, pattern_url, press
from tests.support.patterns import check_counts, group_everything

ENTRIES = TABLE.regclass

pytestmark = pytest.mark.django_db(transaction=True)


def counted() -> int:
    """After grouping: the number of all patterns together."""
    group_everything()
    check_counts()
    return sum(FailurePattern.objects.values_list("entry_count", flat=True))


def recover(*entries: int) -> None:
    requeue(*entries)
    for entry in entries:
        finish(job_of(entry))
    settle(10)


@pytest.fixture(params=[0, 10_000], ids=["going round", "by the latest requeues"])
def _latest(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recounting, "LATEST_REQUEUES", request.param)


@pytest.mark.usefixtures("_latest")
def test_recovered_ones_are_not_counted_and_are_again_when_they_are_requeued_again() -> None:
    entries = add_entries(5)
    assert counted() == 5
    recover(*entries[:2])
    assert counted() == 3
    requeue(entries[0], also_recovered=True)
    assert counted() == 4
    assert sum(PatternHour.objects.values_list("entries", flat=True)) == 4


@pytest.mark.usefixtures("_latest")
def test_failure_with_several_lives_is_counted_once() -> None:
    add_entries(2)
    assert counted() == 2
    chain = add_chain(3)
    assert counted() == 3
    sql(f"DELETE FROM {ENTRIES} WHERE id = %s", chain[-1])
    assert counted() == 3
    operate("delete", [chain[1]])
    assert counted() == 2


def test_number_is_the_one_of_the_list_and_of_the_confirmation(boss: Client) -> None:
    entries = add_entries(5)
    recover(entries[0])
    chain = add_chain(3)
    comes_back(chain[-1])
    assert counted() == 5
    for pattern in FailurePattern.objects.filter(entry_count__gt=0):
        (link,) = get(boss, pattern_url(pattern.pk)).links(f"See all {pattern.entry_count}")
        assert len(get(boss, LIST + link.removeprefix(LIST)).entries) == pattern.entry_count
        confirmation = press(boss, pattern_url(pattern.pk), "requeue_all").text
        assert f"requeue {failed_jobs(pattern.entry_count)}" in confirmation


def test_one_that_recovered_and_vanished_is_taken_out_once() -> None:
    entries = add_entries(3)
    assert counted() == 3
    recover(entries[0])
    assert counted() == 2
    sql(f"DELETE FROM {ENTRIES} WHERE id = %s", entries[0])
    assert counted() == 2


def test_recovered_one_that_fails_again_is_counted_again() -> None:
    (entry,) = add_entries(1)
    recover(entry)
    assert counted() == 0
    sql(f"UPDATE {ENTRIES} SET failed_at = now() WHERE id = %s", entry)
    assert counted() == 1
