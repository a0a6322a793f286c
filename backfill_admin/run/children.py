"""The processes of a start: begun together, watched, and ended together."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import FrameType

PATIENCE = 10.0
"""Seconds that a process gets to end in order."""
RESTART_PAUSE = 3.0

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


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
            self.command,
            env=dict(self.environment),
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            preexec_fn=_end_with_parent,  # safe: we have no threads
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


def _end_with_parent() -> None:
    """In the new process: be told to end when we are killed outright and can't tell it. Linux only."""
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Stop:
    """Whether somebody asked us to end: Ctrl-C, SIGTERM, or the terminal was closed.

    Asked while something is being prepared, it waits for the end of that step: a half-started database would be left.
    """

    def __init__(self) -> None:
        self.asked = False
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask)

    def wait(self, seconds: float) -> bool:
        """Sleep, unless asked already; returns whether asked. No threading.Event: a handler's set() may deadlock it."""
        if not self.asked:
            time.sleep(seconds)
        return self.asked

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        self.asked = True


def watch(children: Sequence[Child], stop: Stop) -> int:
    """Run until asked to stop (0) or an essential child ends (1). The children are stopped by the caller."""
    restart_at: dict[str, float] = {}
    while not stop.wait(0.3):
        for child in children:
            if not child.has_ended():
                continue
            if child.essential:
                print(f"backfill-admin: {child.name} ended by itself; stopping everything.", file=sys.stderr)
                return 1
            if child.name not in restart_at:
                print(f"backfill-admin: {child.name} ended; starting it again in {RESTART_PAUSE:g} s.", flush=True)
                restart_at[child.name] = time.monotonic() + RESTART_PAUSE
            elif time.monotonic() >= restart_at[child.name]:
                del restart_at[child.name]
                child.start()
    return 0
