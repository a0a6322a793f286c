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
* = host={server} port={port} user=postgres
[pgbouncer]
pool_mode = transaction
default_pool_size = 1
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


@contextmanager
def pooled() -> Iterator[str]:
    """Django's connection goes through the pooler; yields the pooler's address for further connections."""
    pgbouncer = program()
    options = connection.settings_dict["OPTIONS"]
    server = dict(options)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        text = CONFIG.format(server=options["host"], port=PORT, pooler_port=POOLER_PORT, folder=folder)
        (folder / "config").write_text(text)
        if is_root():
            for path in (folder, folder / "config"):
                os.chown(path, pwd.getpwnam(UNPRIVILEGED).pw_uid, -1)
        process = subprocess.Popen(
            [pgbouncer, "-q", folder / "config"], cwd="/", user=UNPRIVILEGED if is_root() else None
        )
        try:
            address = f"postgresql://postgres@/{connection.settings_dict['NAME']}?host={folder}&port={POOLER_PORT}"
            _wait(address)
            connection.close()
            options |= {"host": str(folder), "port": POOLER_PORT}
            yield address
        finally:
            connection.close()
            options |= server
            process.terminate()
            process.wait()


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
