"""The processes of a start: begun together, watched, and ended together."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import FrameType

PATIENCE = 10.0
"""Seconds that a process gets to end in order."""
RESTART_PAUSE = 3.0


@dataclass
class Child:
    """A process. One that is `essential` ends everything when it ends; another is started again after a pause."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    essential: bool = False
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def start(self) -> None:
        # A session of its own: Ctrl-C reaches us alone, and we end the children in order.
        self.process = subprocess.Popen(
            self.command, env=dict(self.environment), start_new_session=True, stdin=subprocess.DEVNULL
        )

    def has_ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def stop(self) -> None:
        if self.process is None or self.process.poll() is not None:
            return
        # The session that `start` made holds the process and whatever it started, and nobody else's.
        os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


class Stop:
    """Set by Ctrl-C or SIGTERM."""

    def __init__(self) -> None:
        self.event = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._asked)

    def _asked(self, _number: int, _frame: FrameType | None) -> None:
        self.event.set()


def watch(children: Sequence[Child], stop: Stop) -> int:
    """Run until asked to stop (0) or an essential child ends (1). The children are stopped by the caller."""
    restart_at: dict[str, float] = {}
    while not stop.event.wait(0.3):
        for child in children:
            if not child.has_ended():
                continue
            if child.essential:
                print(f"backfill-admin: {child.name} ended by itself; stopping.", flush=True)
                return 1
            if child.name not in restart_at:
                print(f"backfill-admin: {child.name} ended; starting it again in {RESTART_PAUSE:g} s.", flush=True)
                restart_at[child.name] = time.monotonic() + RESTART_PAUSE
            elif time.monotonic() >= restart_at[child.name]:
                del restart_at[child.name]
                child.start()
    return 0
