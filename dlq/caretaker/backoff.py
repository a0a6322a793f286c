"""What fails is tried again later and later, and logged once."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, field

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

    def failed(self, name: str, every: float, error: Exception) -> float:
        """Returns the seconds until it is tried again: twice as many each time. The same error has its traceback logged once."""
        self.failures[name] = self.failures.get(name, 0) + 1
        pause: float = min(every * 2 ** min(self.failures[name], 30), max(LONGEST_PAUSE, every))
        self.due[name] = time.monotonic() + pause
        said = error_text(error)
        if self.logged.get(name) != said:
            logger.error("%s failed: %s", name, said, exc_info=error)
            self.logged[name] = said
        return pause


def error_text(error: Exception) -> str:
    """One line, with the class where it is not the database's words."""
    return f"{type(error).__name__}: {said_by(error)}"
