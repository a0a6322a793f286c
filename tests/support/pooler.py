"""The real PgBouncer with transaction pooling and one server connection: what a page leaves behind, the next one finds."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from backfill_admin.account import UNPRIVILEGED, is_root
from backfill_admin.postgres import PORT

PLACES = "/usr/sbin:/usr/bin"
POOLER_PORT = "6432"
PATIENCE = 10.0

CONFIG = """
[databases]
* = host={server} port={port} user={user}
[pgbouncer]
pool_mode = {mode}
default_pool_size = {size}
auth_type = any
listen_addr =
listen_port = {pooler_port}
unix_socket_dir = {folder}
logfile = {folder}/log
pidfile = {folder}/pid
"""


def program() -> str:
    found = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:{PLACES}")
    if found is None:
        sentence = "There is no pgbouncer: apt-get install pgbouncer."
        if os.environ.get("REQUIRE_POOLER"):
            pytest.fail(sentence, pytrace=False)
        pytest.skip(sentence)
    return found


@dataclass
class Pooler:
    """The program, which a test may kill and start again."""

    program: str
    folder: Path
    database: str
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"postgresql://postgres@/{self.database}?host={self.folder}&port={POOLER_PORT}"

    def start(self) -> None:
        self.process = subprocess.Popen(
            [self.program, "-q", self.folder / "config"], cwd="/", user=UNPRIVILEGED if is_root() else None
        )
        _wait(self.address)

    def end(self, *, at_once: bool = False) -> None:
        if self.process:
            (self.process.kill if at_once else self.process.terminate)()
            self.process.wait()
            self.process = None


@contextmanager
def pooler_of(
    server: str, database: str, *, mode: str = "transaction", size: int = 1, user: str = "postgres"
) -> Iterator[Pooler]:
    """One that runs before the server in that folder; everybody who comes through it is that user."""
    with tempfile.TemporaryDirectory() as name:
        pooler = Pooler(program(), Path(name), database)
        config = pooler.folder / "config"
        config.write_text(
            CONFIG.format(
                server=server, port=PORT, user=user, mode=mode, size=size, pooler_port=POOLER_PORT, folder=pooler.folder
            )
        )
        if is_root():
            for path in (pooler.folder, config):
                os.chown(path, pwd.getpwnam(UNPRIVILEGED).pw_uid, -1)
        try:
            pooler.start()
            yield pooler
        finally:
            pooler.end()


@contextmanager
def pooled() -> Iterator[str]:
    """Django's connection goes through the pooler; yields the pooler's address for further connections."""
    options = connection.settings_dict["OPTIONS"]
    server = dict(options)
    with pooler_of(options["host"], connection.settings_dict["NAME"]) as pooler:
        try:
            connection.close()
            options |= {"host": str(pooler.folder), "port": POOLER_PORT}
            yield pooler.address
        finally:
            connection.close()
            options |= server


def _wait(address: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            psycopg.connect(address, connect_timeout=2).close()
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return
