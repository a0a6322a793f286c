"""`make run`'s program as a process of its own, in an environment that has only what a test gives it."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, ProxyHandler, build_opener

import psutil
import psycopg

REPOSITORY = Path(__file__).resolve().parents[2]
COMMAND = [sys.executable, "-m", "backfill_admin.run"]
PATIENCE = 60.0
"""Seconds. A start takes about five; two of them on a busy machine much longer."""


def clean(**environment: object) -> dict[str, str]:
    """The caller's environment without anything that concerns us, and with these variables."""
    ours = re.compile(r"(DLQ|DJANGO|DEMO|PG)_?|(DATABASE_URL|DATA_DIR|PORT)$")
    kept = {name: value for name, value in os.environ.items() if not ours.match(name)}
    return kept | {name: str(value) for name, value in environment.items()}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def data_folder() -> Iterator[Path]:
    """Not pytest's tmp_path: that is closed to the account that root's PostgreSQL runs as."""
    folder = Path(tempfile.mkdtemp(prefix="backfill-admin-run-"))
    folder.chmod(0o755)
    try:
        yield folder / "data"
    finally:
        shutil.rmtree(folder)


@contextmanager
def empty_database() -> Iterator[str]:
    """The address of an empty database on the tests' server."""
    server = os.environ["DATABASE_URL"]
    name = "make_run"
    with closing(psycopg.connect(server, autocommit=True)) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {name}")
        yield server.replace("/postgres?", f"/{name}?")
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def attempt(**environment: object) -> subprocess.CompletedProcess[str]:
    """A start that should fail."""
    return subprocess.run(
        COMMAND, cwd=REPOSITORY, env=clean(**environment), capture_output=True, text=True, timeout=PATIENCE, check=False
    )


def manage(*words: str, **environment: object) -> None:
    command = [sys.executable, "manage.py", *words]
    subprocess.run(command, cwd=REPOSITORY, env=clean(**environment), capture_output=True, timeout=PATIENCE, check=True)


@dataclass
class Start:
    """A start that answers."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path

    @property
    def output(self) -> str:
        return self.log.read_text()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def children(self) -> list[psutil.Process]:
        children: list[psutil.Process] = psutil.Process(self.process.pid).children(recursive=True)
        return children

    def child(self, *words: str) -> psutil.Process:
        """The direct child whose command line has all these words."""
        found = [
            child
            for child in psutil.Process(self.process.pid).children()
            if all(word in " ".join(child.cmdline()) for word in words)
        ]
        assert len(found) == 1, found
        return found[0]

    def stop(self, by: signal.Signals = signal.SIGINT) -> int:
        self.process.send_signal(by)
        return self.process.wait(PATIENCE)

    def waits_for(self, words: str) -> None:
        """Until the output has these words."""
        deadline = time.monotonic() + PATIENCE
        while words not in self.output:
            assert time.monotonic() < deadline, self.output
            time.sleep(0.1)

    def log_in(self, password: str = "admin", **headers: str) -> tuple[OpenerDirector, str]:
        """A browser that is logged in as admin, and the page that it saw then."""
        jar = CookieJar()
        browser = build_opener(ProxyHandler({}), HTTPCookieProcessor(jar))
        browser.addheaders += [(name.replace("_", "-"), value) for name, value in headers.items()]
        with browser.open(f"{self.url}/admin/login/?next=/admin/dlq/backfilldlq/") as page:
            page.read()
        token = next(cookie.value for cookie in jar if cookie.name == "csrftoken")
        form = urlencode({"username": "admin", "password": password, "csrfmiddlewaretoken": token or ""}).encode()
        with browser.open(f"{self.url}/admin/login/?next=/admin/dlq/backfilldlq/", form) as page:
            return browser, page.read().decode()


@contextmanager
def started(**environment: object) -> Iterator[Start]:
    """Start, wait for the line with the address, and see to it that nothing stays behind."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "output"
        with log.open("wb") as output:
            process = subprocess.Popen(
                COMMAND, cwd=REPOSITORY, env=clean(PORT=port, **environment), stdout=output, stderr=output
            )
        start = Start(process, port, log)
        try:
            deadline = time.monotonic() + PATIENCE
            while "Ctrl-C stops" not in start.output:
                assert process.poll() is None, start.output
                assert time.monotonic() < deadline, start.output
                time.sleep(0.1)
            yield start
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait(PATIENCE)
