"""An unkeyed entry whose job came back as another one: in one operation the newer entry stands for both."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from dlq.models import Requeue
from dlq.operations.confirmation import begin
from dlq.operations.runner import advance
from dlq.outcomes.settling import settle
from dlq.process.processor import process_failed_jobs
from dlq.table.location import TABLE
from tests.support.entries import add_entries, add_entry, ids
from tests.support.jobs import exhaust, jobs
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


def test_last_of_a_chain_is_requeued_when_it_came_back_again_and_again() -> None:
    chain = [add_entry()]
    for _time in range(3):
        chain.append(comes_back(chain[-1]))
    operation = operate("requeue", pairs=[])
    assert reasons(operation) == {old: wording("returned").format(about=new) for old, new in pairwise(chain)}
    assert len(jobs()) == 1


def test_old_one_is_requeued_when_it_alone_is_chosen() -> None:
    old = add_entry()
    comes_back(old)
    assert requeue(old).done_count == 1


def test_old_one_is_requeued_when_the_newer_one_was_deleted() -> None:
    old = add_entry()
    operate("delete", [comes_back(old)])
    assert operate("requeue", pairs=[]).done_count == 1
    assert len(jobs()) == 1


def test_old_one_is_requeued_when_the_newer_one_does_not_match() -> None:
    """A newer one that failed after the confirmation was shown is not part of the operation."""
    old = add_entry()
    requeue(old)
    confirmation = confirm("requeue", pairs=[])
    exhaust(Requeue.objects.get().job_id)
    process_failed_jobs(TABLE)
    operation, _new = begin(confirmation, actor="ann")
    assert advance(operation.pk, float("inf")).done_count == 1
    assert list(operation.requeues.values_list("entry_id", flat=True)) == [old]


def test_it_failed_again_and_has_not_run_when_it_comes_back_while_the_operation_is_at_work(settings: Any) -> None:
    """Each chunk looks what came back, not only the operation's beginning."""
    settings.DLQ_CHUNK_SIZE = 1
    first, late = add_entries(2)
    requeue(late)
    operation, _new = begin(confirm("requeue", [first, late]), actor="ann")
    advance(operation.pk, 0)
    exhaust(Requeue.objects.get(entry_id=late).job_id)
    process_failed_jobs(TABLE)
    done = advance(operation.pk, float("inf"))
    assert reasons(done) == {}
    assert done.done_count == 2


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
