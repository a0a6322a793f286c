"""Each part of the story that the samples tell can be solved in the way that docs/using.md describes, by the real worker."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from dlq.entries.chain import Chain
from dlq.models import FailurePattern, Requeue
from dlq.operations.kinds.edit.changes import edit_of_lines
from dlq.table.location import TABLE
from tests.support.chains import statuses
from tests.support.database import sql
from tests.support.demo import samples, work_off
from tests.support.operations import operate, requeue

pytestmark = [pytest.mark.long, pytest.mark.worker, pytest.mark.django_db(transaction=True)]

ENTRIES = 800


@pytest.fixture
def story() -> Iterator[None]:
    with samples(ENTRIES):
        yield


def entries_of(condition: str) -> list[int]:
    """Those of the table for which it holds, the oldest first."""
    return [entry for (entry,) in sql(f"SELECT id FROM {TABLE.regclass} WHERE {condition} ORDER BY failed_at, id")]


def outcomes(entries: list[int]) -> Counter[str]:
    latest = Requeue.objects.filter(entry_id__in=entries).order_by("entry_id", "-pk").distinct("entry_id")
    return Counter(latest.values_list("outcome", flat=True))


@pytest.mark.usefixtures("story")
def test_provider_of_the_outage_is_back() -> None:
    good = entries_of("task_identifier = 'send_email' AND payload ->> 'to' LIKE '%%@mail.example'")[:20]
    closed = entries_of("task_identifier = 'send_email' AND payload ->> 'to' LIKE '%%@closed.example'")[:5]
    requeue(*good, *closed)
    work_off()
    assert outcomes(good) == {"recovered": 20}
    assert outcomes(closed) == {"failed_again": 5}


@pytest.mark.usefixtures("story")
def test_jobs_of_the_bad_release_succeed_when_their_payload_was_cured() -> None:
    entries = entries_of("task_identifier = 'charge_card'")
    assert len(entries) == ENTRIES * 8 // 100
    uncured, cured = entries[:3], entries[3:]
    sql(f"UPDATE {TABLE.regclass} SET max_attempts = 1 WHERE id = ANY (%s)", uncured)  # nobody waits for further tries
    requeue(*uncured)
    edited = operate("edit", cured, payload_edit=edit_of_lines('order.currency = "EUR"').stored)
    assert edited.done_count == len(cured)
    work_off()
    assert outcomes(uncured) == {"failed_again": 3}
    assert outcomes(cured) == {"recovered": len(cured)}


@pytest.mark.usefixtures("story")
def test_noise_comes_back_however_often_it_is_requeued_and_is_advised_against() -> None:
    noise = entries_of("task_identifier = 'warm_cache'")
    pattern = FailurePattern.objects.get(task_identifier="warm_cache")
    assert (pattern.advice, pattern.assignee) == ("no", "lena")
    requeue(*noise[:5])
    work_off()
    assert outcomes(noise[:5]) == {"failed_again": 5}
    assert operate("delete", noise).done_count == len(noise)


@pytest.mark.usefixtures("story")
def test_customer_with_many_failures_has_moved_its_hooks() -> None:
    """Maria tried to requeue some; those came back as other rows, and so they are chains."""
    work_off()
    operation = Requeue.objects.filter(actor="maria").values_list("operation_id", flat=True).distinct().get()
    tried = list(Requeue.objects.filter(operation=operation).values_list("entry_id", flat=True))
    assert {len(Chain.of(entry).lives) for entry in tried} == {2}
    entries = entries_of("payload ->> 'url' LIKE '%%//hooks.nordwind.example/v1/%%'")
    standing = [entry for entry in entries if entry not in tried]
    assert {statuses()[entry] for entry in tried} == {"superseded"}
    [(most,)] = sql(f"SELECT mode() WITHIN GROUP (ORDER BY payload ->> 'customer_id') FROM {TABLE.regclass}")
    assert most == "4711"
    edit = edit_of_lines('url = "https://hooks.nordwind.example/v2/orders"')
    assert operate("edit", standing, payload_edit=edit.stored).done_count == len(standing)
    work_off()
    assert outcomes(standing) == {"recovered": len(standing)}


@pytest.mark.usefixtures("story")
def test_full_disk_has_returned() -> None:
    pattern = FailurePattern.objects.get(task_identifier="export_report")
    assert (pattern.state, pattern.advice) == ("returned", "ask")
    gap = "failed_at BETWEEN now() - interval '7 days' AND now() - interval '2 days'"
    assert entries_of(f"task_identifier = 'export_report' AND {gap}") == []


@pytest.mark.usefixtures("story")
def test_passing_troubles_have_passed_and_broken_files_are_broken() -> None:
    passing = [
        entries_of(f"task_identifier = '{task}'")[0] for task in ("sync_crm", "generate_invoice", "import_products")
    ]
    broken = entries_of("task_identifier = 'resize_image'")[:1]
    requeue(*passing, *broken)
    work_off()
    assert outcomes(passing) == {"recovered": 3}
    assert outcomes(broken) == {"failed_again": 1}


def test_samples_are_the_same_each_time_and_a_few_tried_first_succeed() -> None:
    columns = "id, task_identifier, payload - 'release', last_error, job_key, max_attempts, notes"
    told = f"SELECT {columns} FROM {TABLE.regclass} ORDER BY payload -> 'order' -> 'id'"
    with samples(5000):
        first = sql(told)
        assert Counter(task for _id, task, *_rest in first)["send_email"] == 1600
        oldest = sql(
            f"SELECT payload ->> 'to' FROM {TABLE.regclass} WHERE task_identifier = 'send_email' ORDER BY id LIMIT 10"
        )
        assert sum(to.endswith("@mail.example") for (to,) in oldest) >= 9
    sql(f"TRUNCATE {TABLE.regclass} RESTART IDENTITY")
    with samples(5000):
        assert sql(told) == first
