"""A table full of rows that nobody should have written: every page answers, every duty goes on, and all of it can be removed."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.test import Client

from dlq.caretaker.duties import DUTIES
from dlq.client import dlq_stats, get_dlq_job, list_dlq_jobs
from dlq.models import BulkOperation, EntryPattern, FailurePattern, OperationEntry, Requeue
from dlq.monitoring.alerts import Thresholds, alerts
from dlq.monitoring.metrics import exposition
from dlq.operations.runner import advance
from dlq.patterns.classifier import classify
from dlq.table.location import TABLE
from tests.support.database import value
from tests.support.entries import ids, text_of
from tests.support.hostile import add_hostile_rows
from tests.support.operations import operate
from tests.support.pages import (
    LIST,
    OPERATIONS,
    PATTERNS,
    STATISTICS,
    TRASH,
    ask,
    entry_url,
    get,
    history_url,
    operation_url,
    pattern_url,
    send,
)

pytestmark = [pytest.mark.long, pytest.mark.django_db]

ZONES = ("UTC", "America/New_York", "Pacific/Kiritimati")


@pytest.fixture
def rows() -> list[int]:
    return add_hostile_rows()


def pages_of_the_list(client: Client, query: str = "?") -> Iterator[list[int]]:
    """The entries of each page, from the first to the last, by the links that the pages have."""
    while True:
        page = get(client, f"{LIST}{query}")
        assert page.status == 200
        yield page.entries
        following = page.links("Next ›") or page.links("Next")
        if not following:
            return
        query = following[0]


def test_list_shows_every_row_in_each_order(boss: Client, rows: list[int]) -> None:
    orders = ("", "o=-5", "o=5", "o=1", "o=-1", "o=3", "o=4", "o=-4", "o=6", "o=-6")
    for query, zone in [*((order, "UTC") for order in orders), *(("", zone) for zone in ZONES)]:
        boss.cookies["dlq_tz"] = zone
        shown = [entry for page in pages_of_the_list(boss, f"?{query}") for entry in page]
        assert sorted(shown) == sorted(rows), (query, zone)


def test_pages_of_every_row_answer(boss: Client, rows: list[int]) -> None:
    for number, entry in enumerate(rows):
        boss.cookies["dlq_tz"] = ZONES[number % len(ZONES)]
        for address in (entry_url(entry), history_url(entry), f"{LIST}{entry}/payload/", f"{LIST}{entry}/delete/"):
            answer = boss.get(address)
            assert (answer.status_code, bool(b"".join(answer))) == (200, True), (address, entry)


def test_parts_of_pages_answer(boss: Client, rows: list[int]) -> None:
    for part in ("count/?exactly=1", "breakdown/", "alerts/", "indexes/", "values/?of=task_identifier", "export/"):
        assert boss.get(f"{LIST}{part}").status_code == 200, part
    for window in (
        "window=1h",
        "window=30d",
        "failed_after=infinity",
        "failed_after=0044-03-15 BC",
        "failed_before=-infinity",
    ):
        for by in ("task_identifier", "pattern", "priority"):
            page = get(boss, f"{STATISTICS}?{window}&by={by}")
            assert page.status == 200, (window, by)
        for table in ("time", "hour", "pattern", "task_identifier"):
            assert boss.get(f"{STATISTICS}?{window}&table={table}").status_code in (200, 404)


def test_statistics_count_apart_what_no_chart_shows(boss: Client, rows: list[int]) -> None:
    page = get(boss, STATISTICS)
    early = value(f"SELECT count(*) FROM {TABLE.regclass} WHERE failed_at < '1900-01-01'")
    late = value(f"SELECT count(*) FROM {TABLE.regclass} WHERE failed_at > now()")
    for words, number in (("before 1900", early), ("in the future", late)):
        assert number > 1
        (link,) = [link for link in page.all("a") if words in "".join(link.itertext())]
        assert "".join(link.itertext()).startswith(str(number))
        assert len(get(boss, link.get("href", "")).entries) == number


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_export_is_complete(boss: Client, rows: list[int], kind: str) -> None:
    whole = b"".join(boss.get(f"{LIST}export/?format={kind}"))
    assert b"NOT COMPLETE" not in whole
    if kind == "jsonl":
        assert whole.splitlines()[-1] == b'{"complete": true, "entries": %d}' % len(rows)


def test_each_duty_and_command_goes_on(rows: list[int]) -> None:
    for duty in DUTIES:
        duty.do()
    call_command("dlq_caretaker", "--once", stdout=io.StringIO())
    for options in ([], ["--json"]):
        call_command("dlq_stats", *options, stdout=io.StringIO())
    assert dlq_stats().total_jobs == len(rows)
    assert alerts(TABLE, Thresholds.configured())
    assert f"backfill_dlq_size {len(rows)}.0".encode() in exposition()


def test_client_reads_every_row(rows: list[int]) -> None:
    assert {job.id for job in list_dlq_jobs().jobs} <= set(rows)
    assert all(get_dlq_job(entry) for entry in rows)


def test_every_row_is_grouped_and_its_pattern_shown(boss: Client, rows: list[int]) -> None:
    assert classify(60).is_complete
    assert EntryPattern.objects.count() == len(rows)
    for order in ("number", "newest", "returned"):
        assert get(boss, PATTERNS, order=order, state="any").status == 200
    for pattern in FailurePattern.objects.values_list("pk", flat=True):
        assert get(boss, pattern_url(pattern)).status == 200
    assert get(boss, LIST, pattern="-", status="any").entries == []


@pytest.mark.parametrize("kind", ["requeue", "delete", "note"])
def test_everything_can_be_confirmed_from_the_list(boss: Client, rows: list[int], kind: str) -> None:
    form = ask(boss, kind, everything=True)
    assert form.title.startswith("Confirm")
    fields = {"delete": {"confirm_count": str(len(rows))}, "note": {"note": "n"}}.get(kind, {})
    assert send(boss, form, **fields).status == 200
    operation = BulkOperation.objects.get()
    operation = advance(operation.pk, 60)
    assert operation.handled_count == len(rows)
    assert (operation.state, operation.failed_count) == ("done", 0)
    assert get(boss, operation_url(operation.pk)).status == 200
    assert boss.get(f"{operation_url(operation.pk).removesuffix('change/')}problems/").status_code == 200


def test_everything_can_be_deleted_and_restored_as_it_was(boss: Client, rows: list[int]) -> None:
    before = {entry: text_of(entry) for entry in rows}
    deleted = operate("delete", pairs=[])
    assert (deleted.done_count, ids()) == (len(rows), [])
    for address in (TRASH, OPERATIONS, f"{TRASH}?operation__id__exact={deleted.pk}"):
        assert get(boss, address).status == 200
    restored = operate("restore", undoes=deleted)
    assert restored.done_count == len(rows)
    assert {entry: text_of(entry) for entry in ids()} == before


def test_every_row_is_requeued_and_recalled_or_has_a_reason(boss: Client, rows: list[int]) -> None:
    operation = operate("requeue", pairs=[])
    assert operation.handled_count == len(rows)
    assert Requeue.objects.count() == operation.done_count > len(rows) / 2
    problems = OperationEntry.objects.filter(operation=operation)
    assert {problem.code for problem in problems} <= {
        "bad_priority", "bad_max_attempts", "empty_key", "long_key", "long_task", "long_queue", "requeued_since", "refused",
    }  # fmt: skip
    recalled = operate("recall", undoes=operation)
    assert recalled.done_count == operation.done_count
    assert not re.search("unknown reason", get(boss, operation_url(operation.pk)).text)
