"""Whatever one duty or one operation meets, the others go on; what fails is told, backs off, and heals."""

from __future__ import annotations

import logging
from dataclasses import replace
from itertools import pairwise

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, OperationalError, connection
from django.test import Client

from dlq.caretaker import backoff, rounds
from dlq.caretaker.duties import DUTIES, PeriodicDuty
from dlq.caretaker.rounds import Caretaker
from dlq.db.statements import execute
from dlq.models import BulkOperation, DutyRun
from dlq.monitoring.metrics import exposition
from dlq.operations.confirmation import begin
from tests.support.clock import Clock
from tests.support.entries import add_entries
from tests.support.operations import confirm
from tests.support.pages import LIST, get

pytestmark = pytest.mark.django_db

NAMES = [duty.name for duty in DUTIES]
METRIC = "backfill_admin_caretaker_duty"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def failing(name: str, error: BaseException) -> tuple[PeriodicDuty, ...]:
    """All duties, the one of this name made to fail; each of the others counts that it was done."""

    def fail() -> int:
        execute("SELECT 1")
        raise error

    return tuple(replace(duty, do=fail if duty.name == name else lambda: 1) for duty in DUTIES)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "error", [TypeError("what?"), OperationalError("disk full"), ZeroDivisionError(), RecursionError("x" * 9)]
)
def test_others_are_done_when_one_duty_fails(name: str, error: Exception) -> None:
    result = Caretaker(failing(name, error)).round()
    assert list(result.done) == [other for other in NAMES if other != name]
    assert list(result.failed) == [name]
    run = DutyRun.objects.get(pk=name)
    assert (run.failures, type(error).__name__ in run.error) == (1, True)
    assert DutyRun.objects.exclude(pk=name).filter(failures=0, error="").count() == len(NAMES) - 1


@pytest.mark.django_db(transaction=True)
def test_what_a_statement_of_a_duty_broke_is_undone_for_the_next_one() -> None:
    def break_the_transaction() -> int:
        return execute("SELECT 1 / 0")

    duties = (PeriodicDuty("broken", 1, break_the_transaction), PeriodicDuty("whole", 1, lambda: execute("SELECT 1")))
    result = Caretaker(duties).round()
    assert (list(result.done), list(result.failed)) == (["whole"], ["broken"])


def test_what_fails_is_tried_later_and_later_and_logged_once(clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    caretaker = Caretaker(failing("settle outcomes", TypeError("what?")))
    every = next(duty.every for duty in DUTIES if duty.name == "settle outcomes")
    tries = []
    with caplog.at_level(logging.ERROR, "dlq"):
        for _second in range(2_000):
            tries += [clock.now - 1_000] if "settle outcomes" in caretaker.round().failed else []
            clock.now += 1
    pauses = [later - earlier for earlier, later in pairwise(tries)]
    assert pauses[:5] == [every * 2**failures for failures in range(1, 6)]
    assert set(pauses[8:]) == {backoff.LONGEST_PAUSE}
    assert [record.exc_info is not None for record in caplog.records] == [True]


def test_it_is_done_as_before_once_it_succeeds_again(clock: Clock) -> None:
    caretaker = Caretaker(failing("settle outcomes", TypeError("what?")))
    caretaker.round()
    caretaker.duties = tuple(replace(duty, do=lambda: 7) for duty in DUTIES)
    clock.now += 10
    assert caretaker.round().done["settle outcomes"] == 7
    run = DutyRun.objects.get(pk="settle outcomes")
    assert (run.failures, run.error, run.amount) == (0, "TypeError: what?", 7)
    clock.now += 5
    assert "settle outcomes" in caretaker.round().done


def test_round_ends_when_the_database_is_out_of_reach(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "is_usable", lambda: False)
    with pytest.raises(OperationalError, match="gone"):
        Caretaker(failing("drive operations", OperationalError("gone"))).round()


def test_operation_that_can_not_go_on_is_paused_with_the_reason_and_the_others_are_done() -> None:
    entries = add_entries(4)
    broken, _new = begin(confirm("delete", entries[:2]), actor="ann")
    BulkOperation.objects.filter(pk=broken.pk).update(entry_ids=[None, entries[0]])
    whole, _new = begin(confirm("delete", entries[2:]), actor="ann")
    result = Caretaker().round()
    assert (result.failed, result.done["drive operations"]) == ({}, 2)
    broken.refresh_from_db()
    whole.refresh_from_db()
    assert (broken.state, whole.state) == ("paused", "done")
    assert broken.state_reason.startswith("Paused, because it could not continue: a fault in this program, TypeError")


def test_command_says_what_failed_and_ends_with_an_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(rounds, "DUTIES", ())
    monkeypatch.setattr(
        Caretaker, "__init__", lambda self: _set(self, failing("purge the trash", DatabaseError("no\nluck")))
    )
    with pytest.raises(CommandError, match=r"^purge the trash failed: DatabaseError: no$"):
        call_command("dlq_caretaker", "--once")
    assert "settle outcomes: 1\n" in capsys.readouterr().out


def _set(caretaker: Caretaker, duties: tuple[PeriodicDuty, ...]) -> None:
    caretaker.duties, caretaker.backoff, caretaker.recorded = duties, backoff.Backoff(), {}


def test_page_and_metrics_tell_of_each_duty(boss: Client) -> None:
    page = get(boss, f"{LIST}caretaker/")
    assert "No caretaker has been seen yet" in page.text
    Caretaker(failing("purge the trash", ValueError("<b>bad</b>"))).round()
    page = get(boss, f"{LIST}caretaker/")
    assert "A caretaker is at work" in page.text
    lines = {row[0].text: "".join(row.itertext()) for table in page.all("table") for row in table.iter("tr")}
    assert set(NAMES) <= set(lines)
    assert "failed 1 time in a row" in lines["purge the trash"]
    assert "ValueError: <b>bad</b>" in lines["purge the trash"]
    metrics = exposition().decode()
    assert f'{METRIC}_failures{{duty="purge the trash"}} 1.0' in metrics
    assert f'{METRIC}_failures{{duty="settle outcomes"}} 0.0' in metrics
    DutyRun.objects.update(began_at="2026-01-01T00:00Z", next_at="2026-01-01T00:01Z")
    page = get(boss, f"{LIST}caretaker/")
    assert "No caretaker has been seen since" in page.text
    assert "overdue" in page.text
