"""The loop of the duties: each in its time."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from dlq.caretaker.duties import DUTIES, PeriodicDuty
from dlq.caretaker.failures import first_failure_last


@dataclass
class Caretaker:
    """Remembers when each duty is due next."""

    duties: tuple[PeriodicDuty, ...] = DUTIES
    due: dict[str, float] = field(default_factory=dict)

    def round(self) -> dict[str, int]:
        """Do what is due. Returns what was done, by duty."""
        done: dict[str, int] = {}
        with first_failure_last() as attempt:
            for duty in self.duties:
                if time.monotonic() < self.due.get(duty.name, 0.0):
                    continue
                self.due[duty.name] = time.monotonic() + duty.every
                with attempt():
                    if amount := duty.do():
                        done[duty.name] = amount
        return done
