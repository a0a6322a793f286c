"""A real web server on the test's database, as `make run` starts it, and browsers that read as slowly as the test wants."""

from __future__ import annotations

import contextlib
import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import IO

from tests.support.database import database_url

PATIENCE = 30.0


@contextmanager
def served(
    *, workers: int, threads: int, stderr: IO[bytes] | None = None, asgi: bool = False, **environment: str
) -> Iterator[int]:
    """The port of a gunicorn (or, with `asgi`, of a uvicorn) that answers."""
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = int(free.getsockname()[1])
    command = [
        sys.executable, "-m", "gunicorn", "-c", "python:backfill_admin.gunicorn_settings", "--bind", f"127.0.0.1:{port}",
        "--workers", str(workers), "--threads", str(threads), "--log-level", "critical",
    ]  # fmt: skip
    if asgi:
        words = ["uvicorn", "backfill_admin.asgi:application", "--port", str(port), "--log-level", "warning"]
        command = [sys.executable, "-m", *words]
    process = subprocess.Popen(
        command, env={**os.environ, "DATABASE_URL": database_url(), **environment}, stderr=stderr
    )
    try:
        until(lambda: answers(port))
        yield port
    finally:
        process.terminate()
        process.wait()


def answers(port: int) -> bool:
    with contextlib.suppress(OSError), asked(port, "/healthz") as response:
        return response.status == 200
    return False


@contextmanager
def asked(port: int, path: str, session: str = "") -> Iterator[http.client.HTTPResponse]:
    """The answer, as it begins to come; afterwards the browser is gone."""
    with sent(port, path, session) as connection, connection.getresponse() as response:
        yield response


@contextmanager
def sent(port: int, path: str, session: str = "") -> Iterator[http.client.HTTPConnection]:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as connection:
        connection.request("GET", path, headers={"Host": "localhost", "Cookie": f"sessionid={session}"})
        yield connection


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.05)
