"""Whether a caretaker is at work, and how each of its duties fared last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dlq.caretaker.duties import DUTIES, PeriodicDuty
from dlq.caretaker.rounds import RECORDED_EVERY
from dlq.models import DutyRun

SEEN_WITHIN = 3 * RECORDED_EVERY
"""The most frequent duties are recorded so often: one that has not been for longer has no caretaker, or a very busy one."""


@dataclass(frozen=True)
class DutyReport:
    """One duty with its last run; None where it never was done."""

    duty: PeriodicDuty
    run: DutyRun | None
    is_late: bool
    """Whether it should have been done again by now."""

    @property
    def state(self) -> str:
        if self.run is None:
            return "never done"
        if self.run.failures:
            return f"failed {self.run.failures} time{'' if self.run.failures == 1 else 's'} in a row"
        return "overdue" if self.is_late else "done"


@dataclass(frozen=True)
class Health:
    duties: Sequence[DutyReport]
    last_seen: datetime | None
    is_at_work: bool

    @property
    def failing(self) -> Sequence[DutyReport]:
        return [one for one in self.duties if one.run and one.run.failures]


def health(now: datetime) -> Health:
    runs = {run.duty: run for run in DutyRun.objects.all()}
    last_seen = max((run.began_at for run in runs.values()), default=None)
    return Health(
        duties=[DutyReport(duty, runs.get(duty.name), _is_late(runs.get(duty.name), now)) for duty in DUTIES],
        last_seen=last_seen,
        is_at_work=last_seen is not None and now - last_seen < SEEN_WITHIN,
    )


def _is_late(run: DutyRun | None, now: datetime) -> bool:
    return run is not None and now - run.next_at > SEEN_WITHIN + timedelta(seconds=run.seconds)
