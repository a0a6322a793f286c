"""Drivers that are real processes, which can be killed, and the row of the operation that they drive, watched from outside."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import psycopg

from tests.commands.starts import REPOSITORY, clean

PATIENCE = 60.0
"""Seconds: never reached, only there so that a hanging test ends."""
CARETAKER = ("manage.py", "dlq_caretaker", "--skip-checks")


@dataclass
class Program:
    """A running program and what it has written so far."""

    process: subprocess.Popen[bytes]
    log: Path

    @property
    def output(self) -> str:
        return self.log.read_text()

    def kill(self) -> None:
        """As `kill -9` does: it gets no chance to tell the server anything."""
        self.process.kill()
        self.process.wait(PATIENCE)

    def stop(self) -> str:
        """End it in order; returns what it wrote."""
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(PATIENCE)
        return self.output

    def memory(self) -> int:
        """Bytes that it has in memory now; 0 after its end."""
        try:
            return int(psutil.Process(self.process.pid).memory_info().rss)
        except psutil.NoSuchProcess:
            return 0


@contextmanager
def running(url: str, *words: str, **environment: object) -> Iterator[Program]:
    """One of our commands on that database, for as long as the block lasts."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "output"
        variables = clean(DATABASE_URL=url, DATA_DIR=os.environ["DATA_DIR"], **environment)
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, *words], cwd=REPOSITORY, env=variables, stdout=output, stderr=output
            )
        program = Program(process, log)
        try:
            yield program
        finally:
            if process.poll() is None:
                program.kill()


def run(url: str, *words: str, **environment: object) -> str:
    """One of our commands on that database, from beginning to end; returns what it wrote."""
    with running(url, *words, **environment) as program:
        assert program.process.wait(PATIENCE) == 0, program.output
        return program.output


@dataclass(frozen=True)
class Progress:
    """The operation's row as it is committed."""

    state: str
    cursor: int | None
    handled: int
    seconds_a_chunk: float


class Watch:
    """Looks at one operation over a connection of its own."""

    def __init__(self, connection: psycopg.Connection[Any], operation: int, chunk_size: int) -> None:
        self.connection = connection
        self.operation = operation
        self.chunk_size = chunk_size

    def progress(self) -> Progress:
        row = self.connection.execute(
            "SELECT state, cursor, done_count + skipped_count + failed_count, work_seconds FROM dlq_bulkoperation"
            " WHERE id = %s",
            (self.operation,),
        ).fetchone()
        assert row is not None
        state, cursor, handled, seconds = row
        return Progress(state, cursor, handled, seconds * self.chunk_size / handled if handled else 0.0)

    def until_it_moves(self, since: Progress, meanwhile: Callable[[], object] = lambda: None) -> Progress:
        """Wait for the next chunk's commit, or the end."""
        deadline = time.monotonic() + PATIENCE
        while (now := self.progress()).cursor == since.cursor and now.state != "done":
            assert time.monotonic() < deadline, f"the operation is stuck: {now}"
            meanwhile()
            time.sleep(0.001)
        return now

    def until_it_ends(self, program: Program) -> Progress:
        """`program` drives it."""

        def lives() -> None:
            assert program.process.poll() is None, program.output

        now = self.progress()
        while now.state != "done":
            now = self.until_it_moves(now, lives)
        return now

    def wait_until_left_alone(self, name: str) -> None:
        """Until the server has noticed that the client of this application_name is dead, and undone what it had open."""
        deadline = time.monotonic() + PATIENCE
        open_ones = "SELECT count(*) FROM pg_stat_activity WHERE application_name = %s"
        while self.connection.execute(open_ones, (name,)).fetchone() != (0,):
            assert time.monotonic() < deadline, f"the server still works for {name}"
            time.sleep(0.001)
