"""The loop of the duties: each in its time, whatever becomes of the others."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from dlq.caretaker.backoff import Backoff
from dlq.caretaker.duties import DUTIES, PeriodicDuty
from dlq.db.database import atomic, connection
from dlq.db.statements import database_now
from dlq.models import DutyRun

RECORDED_EVERY = timedelta(seconds=10)
"""A run that succeeds like the one before it is recorded no more often."""


@dataclass
class Round:
    """What was done, and what failed, by duty: its error and the seconds until it is tried again."""

    done: dict[str, int] = field(default_factory=dict)
    failed: dict[str, tuple[str, float]] = field(default_factory=dict)


@dataclass
class Caretaker:
    """Remembers when each duty is due next."""

    duties: tuple[PeriodicDuty, ...] = DUTIES
    backoff: Backoff = field(default_factory=Backoff)
    recorded: dict[str, datetime] = field(default_factory=dict)

    def round(self) -> Round:
        """Do what is due. Raises only where the database is out of reach: then no duty can do anything."""
        result = Round()
        for duty in self.duties:
            if self.backoff.is_due(duty.name):
                self._do(duty, result)
        return result

    def _do(self, duty: PeriodicDuty, result: Round) -> None:
        began_at, started = database_now(), time.monotonic()
        try:
            amount = duty.do()
        except Exception as error:
            if not connection.is_usable():
                raise
            text, pause = self.backoff.failed(duty.name, duty.every, error)
            result.failed[duty.name] = text, pause
            failed = {"failures": self.backoff.failures[duty.name], "error": text, "failed_at": began_at}
            self._record(duty, began_at, time.monotonic() - started, pause, amount=0, **failed)
            return
        had_failed = duty.name in self.backoff.failures
        pause = self.backoff.succeeded(duty.name, duty.every)
        if amount:
            result.done[duty.name] = amount
        if (
            had_failed
            or began_at - self.recorded.get(duty.name, datetime.min.replace(tzinfo=began_at.tzinfo)) >= RECORDED_EVERY
        ):
            self._record(duty, began_at, time.monotonic() - started, pause, amount=amount, failures=0)

    def _record(self, duty: PeriodicDuty, began_at: datetime, seconds: float, pause: float, **values: object) -> None:
        self.recorded[duty.name] = began_at
        run = {
            "began_at": began_at,
            "seconds": seconds,
            "next_at": began_at + timedelta(seconds=seconds + pause),
            **values,
        }
        with atomic():
            DutyRun.objects.update_or_create(duty=duty.name, defaults=run)
