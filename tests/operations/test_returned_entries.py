"""An unkeyed entry whose job came back as another one: the newer entry stands for both."""

from __future__ import annotations

from typing import Any

import pytest

from dlq.models import Requeue
from dlq.operations.confirmation import begin
from dlq.operations.runner import advance
from dlq.outcomes.settling import settle
from dlq.process.processor import process_failed_jobs
from dlq.table.location import TABLE
from tests.support.database import sql
from tests.support.entries import add_entries, add_entry, ids
from tests.support.jobs import exhaust, finish, jobs
from tests.support.operations import confirm, operate, reasons, requeue, wording

pytestmark = pytest.mark.django_db(transaction=True)


def comes_back(entry: int) -> int:
    """Requeued, died again, moved: the entry that it is now beside the old one."""
    requeue(entry, also_recovered=True)
    exhaust(Requeue.objects.filter(entry_id=entry).latest("id").job_id)
    process_failed_jobs(TABLE)
    return max(ids())


@pytest.mark.parametrize("chunk_size", [1, 1000])
@pytest.mark.parametrize("everything", [False, True])
@pytest.mark.parametrize("is_settled", [False, True])
def test_only_the_newer_one_is_requeued_when_both_are_in_the_operation(
    settings: Any, chunk_size: int, everything: bool, is_settled: bool
) -> None:
    settings.DLQ_CHUNK_SIZE = chunk_size
    old = add_entry()
    new = comes_back(old)
    if is_settled:
        settle(10)
    operation = operate("requeue", pairs=[]) if everything else requeue(old, new)
    assert reasons(operation) == {old: wording("returned").format(about=new)}
    assert list(operation.requeues.values_list("entry_id", flat=True)) == [new]
    assert len(jobs()) == 1


@pytest.mark.parametrize("is_settled", [False, True])
def test_last_of_a_chain_is_requeued_when_it_came_back_again_and_again(is_settled: bool) -> None:
    chain = [add_entry()]
    for _time in range(3):
        chain.append(comes_back(chain[-1]))
    if is_settled:
        settle(10)
    operation = operate("requeue", pairs=[])
    assert reasons(operation) == dict.fromkeys(chain[:-1], wording("returned").format(about=chain[-1]))
    assert len(jobs()) == 1


@pytest.mark.parametrize("is_settled", [False, True])
def test_old_one_is_skipped_when_it_alone_is_chosen(is_settled: bool) -> None:
    """Else its twin could be requeued after it, and the work be done twice."""
    old = add_entry()
    new = comes_back(old)
    if is_settled:
        settle(10)
    for options in ({}, {"also_on_their_way": True, "also_recovered": True}):
        assert reasons(requeue(old, **options)) == {old: wording("returned").format(about=new)}
    assert requeue(new).done_count == 1
    assert len(jobs()) == 1


def test_old_one_is_requeued_when_the_newer_one_was_deleted() -> None:
    old = add_entry()
    operate("delete", [comes_back(old)], leaves_earlier_lives=True)
    assert operate("requeue", pairs=[]).done_count == 1
    assert len(jobs()) == 1


def test_old_one_is_skipped_when_the_newer_one_failed_after_the_confirmation_was_shown() -> None:
    old = add_entry()
    requeue(old)
    confirmation = confirm("requeue", pairs=[])
    exhaust(Requeue.objects.get().job_id)
    process_failed_jobs(TABLE)
    operation, _new = begin(confirmation, actor="ann")
    done = advance(operation.pk, float("inf"))
    assert reasons(done) == {old: wording("returned").format(about=max(ids()))}


def test_old_one_is_skipped_when_it_comes_back_while_the_operation_is_at_work(settings: Any) -> None:
    """Each chunk looks what came back, not only the operation's beginning."""
    settings.DLQ_CHUNK_SIZE = 1
    first, late = add_entries(2)
    requeue(late)
    operation, _new = begin(confirm("requeue", [first, late]), actor="ann")
    advance(operation.pk, 0)
    exhaust(Requeue.objects.get(entry_id=late).job_id)
    process_failed_jobs(TABLE)
    done = advance(operation.pk, float("inf"))
    assert reasons(done) == {late: wording("returned").format(about=max(ids()))}


@pytest.mark.parametrize("is_settled", [False, True])
def test_newer_one_is_on_its_way_as_long_as_a_job_of_an_older_one_is(is_settled: bool) -> None:
    old = add_entry()
    requeue(old)
    first_job = Requeue.objects.get().job_id
    requeue(old, also_on_their_way=True)
    exhaust(Requeue.objects.latest("id").job_id)
    process_failed_jobs(TABLE)
    if is_settled:
        settle(10)
    new = max(ids())
    assert reasons(requeue(new)) == {new: wording("waiting").format(about=first_job)}


@pytest.mark.parametrize("is_settled", [False, True])
def test_newer_one_has_run_when_the_last_job_of_an_older_one_has(is_settled: bool) -> None:
    old = add_entry()
    requeue(old)
    first_job = Requeue.objects.get().job_id
    requeue(old, also_on_their_way=True)
    exhaust(first_job)
    process_failed_jobs(TABLE)
    last_job = Requeue.objects.latest("id").job_id
    finish(last_job)
    if is_settled:
        settle(10)
    new = max(ids())
    assert reasons(requeue(new)) == {new: wording("has_run").format(about=last_job)}
    assert requeue(new, also_recovered=True).done_count == 1


def test_old_one_has_run_when_the_newer_one_did_and_vanished() -> None:
    old = add_entry()
    new = comes_back(old)
    requeue(new)
    job = Requeue.objects.latest("id").job_id
    finish(job)
    sql(f"DELETE FROM {TABLE.regclass} WHERE id = %s", new)
    assert reasons(requeue(old)) == {old: wording("has_run").format(about=job)}


def test_each_is_answered_once_when_many_came_back(settings: Any) -> None:
    settings.DLQ_CHUNK_SIZE = 4
    entries = add_entries(10)
    requeue(*entries)
    for job in jobs()[:6]:
        exhaust(job["id"])
    process_failed_jobs(TABLE)
    operation = operate("requeue", pairs=[])
    codes = sorted(operation.entries.values_list("code", flat=True))
    assert codes == ["returned"] * 6 + ["waiting"] * 4
    assert operation.done_count == 6
