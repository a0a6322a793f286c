"""A real web server on the benchmark's database, as `make run` starts it, and browsers that ask it."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

import psutil

from bench.visitor import Visitor

HOST = "127.0.0.1"
WORKERS, THREADS = 2, 8
PATIENCE = 60.0


@dataclass(frozen=True)
class Web:
    port: int
    process: psutil.Process
    cookie: str

    def browser(self) -> Browser:
        return Browser(self.port, self.cookie)

    def memory(self) -> dict[int, int]:
        """Resident bytes of each worker."""
        return {child.pid: child.memory_info().rss for child in self.process.children()}


class Browser:
    """One kept connection, logged in."""

    def __init__(self, port: int, cookie: str) -> None:
        self.connection = http.client.HTTPConnection(HOST, port, timeout=PATIENCE)
        self.headers = {"Cookie": f"sessionid={cookie}", "Host": "localhost"}

    def open(self, address: str) -> http.client.HTTPResponse:
        """As browsers do, on a new connection where the server has closed the kept one meanwhile."""
        was_kept = self.connection.sock is not None
        try:
            self.connection.request("GET", address, headers=self.headers)
            return self.connection.getresponse()
        except (ConnectionError, http.client.RemoteDisconnected):
            if not was_kept:
                raise
            self.connection.close()
            return self.open(address)

    def get(self, address: str) -> str:
        response = self.open(address)
        body = response.read()
        if response.status != 200:
            raise AssertionError(f"{address} was answered with {response.status}")
        return body.decode()


@contextmanager
def web_server() -> Iterator[Web]:
    with closing(socket.create_server((HOST, 0))) as free:
        port = free.getsockname()[1]
    command = [
        sys.executable, "-m", "gunicorn", "backfill_admin.wsgi", "--bind", f"{HOST}:{port}", "--worker-class", "gthread",
        "--workers", str(WORKERS), "--threads", str(THREADS), "--log-level", "error", "--no-control-socket",
    ]  # fmt: skip
    process = subprocess.Popen(command, env={**os.environ, "DJANGO_SETTINGS_MODULE": "bench.settings"})
    try:
        web = Web(port, psutil.Process(process.pid), Visitor().client.cookies["sessionid"].value)
        _wait(web)
        yield web
    finally:
        process.terminate()
        process.wait()


def _wait(web: Web) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            web.browser().get("/healthz")
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return
