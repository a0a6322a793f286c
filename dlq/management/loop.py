"""Commands that run for ever: until they are told to end, and through times when the database does not answer."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from contextlib import suppress
from types import FrameType

from django.core.management.base import OutputWrapper

from dlq.db.database import connection
from dlq.faults.diagnosis import words_of

LONGEST_PAUSE = 32
"""Times the interval: how far the pause grows while the database does not answer."""


def for_ever(work: Callable[[], object], interval: float, errors: OutputWrapper) -> None:
    """Until SIGINT or SIGTERM, which end the pause or, in the middle of the work, undo the transaction that is open."""
    asked_to_end = False

    def end(_signal: int, _frame: FrameType | None) -> None:
        nonlocal asked_to_end
        asked_to_end = True
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    pause = interval
    with suppress(KeyboardInterrupt):
        # Python drops an exception that is raised within a finalizer: then this ends the loop.
        while not asked_to_end:
            try:
                work()
                pause = interval
            except Exception as error:
                # In the middle of a query the end leaves a connection on which even the rollback fails: that is no news.
                if asked_to_end:
                    break
                if (words := words_of(error)) is None:
                    raise
                errors.write(f"Trying again in {pause:g} s: {words}")
                connection.close()
                time.sleep(pause)
                pause = min(pause * 2, interval * LONGEST_PAUSE)
            else:
                time.sleep(interval)
