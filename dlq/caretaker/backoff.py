"""What fails is tried again later and later, and logged once."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, field

from dlq.faults.diagnosis import fault_of
from dlq.faults.fault import ALTERED
from dlq.redaction.texts import said_by

logger = logging.getLogger("dlq")

LONGEST_PAUSE = 300.0
"""Seconds between two tries of what keeps failing."""


@dataclass
class Backoff:
    """When each of several things, by name, is due next."""

    due: dict[str, float] = field(default_factory=dict)
    failures: dict[str, int] = field(default_factory=dict)
    """In a row."""
    logged: dict[str, str] = field(default_factory=dict)

    def is_due(self, name: str) -> bool:
        return time.monotonic() >= self.due.get(name, 0.0)

    def succeeded(self, name: str, every: float) -> float:
        """Returns the seconds until it is due again."""
        self.failures.pop(name, None)
        self.logged.pop(name, None)
        self.due[name] = time.monotonic() + every
        return every

    def failed(self, name: str, every: float, error: Exception) -> tuple[str, float]:
        """Returns the error in one line, and the seconds until it is tried again: twice as many each time.

        The same error is logged once, with its traceback; not where it is known what is wrong with the database.
        """
        self.failures[name] = self.failures.get(name, 0) + 1
        pause: float = min(every * 2 ** min(self.failures[name], 30), max(LONGEST_PAUSE, every))
        self.due[name] = time.monotonic() + pause
        fault = fault_of(error)
        text = fault.words if fault else f"{type(error).__name__}: {said_by(error)}"
        if self.logged.get(name) != text:
            # An altered table of which nothing is found may be a fault of this program.
            is_explained = fault is not None and fault.sentence != ALTERED.sentence
            if not is_explained:
                logger.error("%s failed: %s", name, text, exc_info=error)
            self.logged[name] = text
        return text, pause
