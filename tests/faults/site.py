"""A PostgreSQL of its own that a test may break, and the real web server on it, asked by somebody who is logged in."""

from __future__ import annotations

import http.client
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psycopg

from backfill_admin.postgres import Cluster
from tests.commands.starts import PATIENCE, REPOSITORY, clean, free_port
from tests.conftest import binaries
from tests.support import graphile

MOST_SECONDS = 6.0
"""DLQ_STATEMENT_TIMEOUT, and a second."""
CSRF = "c" * 32
TOKEN = "scrape-me"
SECRET = "s" * 50
SETTINGS = "tests.faults.uncached_settings"
ROLE, PASSWORD = "support", "right"
RIGHTS = f"""
    CREATE ROLE {ROLE} LOGIN BYPASSRLS PASSWORD '{PASSWORD}';
    GRANT USAGE ON SCHEMA graphile_worker TO {ROLE};
    GRANT ALL ON ALL TABLES IN SCHEMA graphile_worker, public TO {ROLE};
    GRANT ALL ON ALL SEQUENCES IN SCHEMA graphile_worker, public TO {ROLE};
"""
ACCESS = "local all support scram-sha-256\nlocal all all trust\n"
PREPARE = """
import io, json, django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
call_command("init_dlq", verbosity=0, stdout=io.StringIO())
from django.contrib.auth.models import User
from django.test import Client
from dlq.models import FailurePattern
from dlq.patterns.classifier import classify
from tests.support.entries import add_entries
from tests.support.operations import confirm, operate
entries = add_entries(200)
operation = operate("requeue", entries[:2])
operate("delete", entries[2:4])
classify(5)
boss = User.objects.create_superuser("boss", password="correct-horse")
client = Client()
client.force_login(boss)
from dlq.operations.confirmation import Confirmation
def tokens(kind, entries):
    return [Confirmation.of(kind, boss.pk, entry_ids=[entry]).counted(1, (entry, entry)).token for entry in entries]
print(json.dumps({
    "session": client.cookies["sessionid"].value, "entry": entries[5], "operation": operation.pk,
    "pattern": FailurePattern.objects.first().pk,
    "tokens": tokens("requeue", entries[20:]), "deletes": tokens("delete", entries[10:20]),
}))
"""


@dataclass(frozen=True)
class Answer:
    status: int
    text: str
    seconds: float


@dataclass(frozen=True)
class Server:
    """What is on the server: numbers for addresses, a session, and confirmations of a requeue, each for another entry."""

    cluster: Cluster
    known: dict[str, Any]
    database: str = "postgres"

    @property
    def url(self) -> str:
        """For the application, whose role has the rights that docs/running.md names."""
        return self.cluster.url(self.database).replace("postgres@", f"{ROLE}:{PASSWORD}@")

    def sql(self, *statements: str) -> list[tuple[Any, ...]]:
        """As the administrator; the last one's rows."""
        with psycopg.connect(self.cluster.url(self.database), autocommit=True) as connection:
            for statement in statements:
                found = connection.execute(statement)
            return found.fetchall() if found.description else []

    def cut(self) -> None:
        """The application's connections."""
        self.sql(f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = '{ROLE}'")

    def copy(self, database: str) -> Server:
        """Another database with the same in it."""
        self.cut()
        with psycopg.connect(self.cluster.url("template1"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {database} TEMPLATE {self.database}")
            # The next numbers of a copied sequence are not logged before one: a crash would give them out again.
            connection.execute("CHECKPOINT")
        return replace(self, database=database)


@contextmanager
def own_server() -> Iterator[Server]:
    folder = Path(tempfile.mkdtemp(prefix="backfill-admin-faults-"))
    folder.chmod(0o755)
    cluster = Cluster(folder / "pg", binaries(folder))
    try:
        start(cluster)
        graphile.install_schema(cluster.url())
        made = python("-c", PREPARE, DATABASE_URL=cluster.url(), DJANGO_SETTINGS_MODULE="backfill_admin.settings")
        assert made.returncode == 0, made.stderr
        server = Server(cluster, json.loads(made.stdout))
        server.sql(RIGHTS)
        (cluster.data / "pg_hba.conf").write_text(ACCESS)
        server.sql("SELECT pg_reload_conf()")
        yield server
    finally:
        cluster.stop("immediate")
        shutil.rmtree(folder)


def start(cluster: Cluster) -> None:
    cluster.start(fsync="off", max_connections="12", superuser_reserved_connections="3")


def python(*words: str, cwd: Path = REPOSITORY, **environment: object) -> subprocess.CompletedProcess[str]:
    common = {"DATA_DIR": tempfile.gettempdir(), "PYTHONPATH": REPOSITORY, "DJANGO_SECRET_KEY": SECRET}
    variables = clean(**common | environment)
    return subprocess.run(
        [sys.executable, *words], cwd=cwd, env=variables, capture_output=True, text=True, timeout=PATIENCE, check=False
    )


@dataclass(frozen=True)
class Site:
    """The web server. `admin` is where its admin begins."""

    server: Server
    port: int
    log: Path
    admin: str = "/admin/"

    def open(self, path: str, form: dict[str, str] | None = None) -> Answer:
        """By POST, if there is a form."""
        headers = {
            "Cookie": f"sessionid={self.server.known['session']}; csrftoken={CSRF}",
            "Authorization": f"Bearer {TOKEN}",
        }
        if form is not None:
            headers |= {"X-CSRFToken": CSRF, "Content-Type": "application/x-www-form-urlencoded"}
        began = time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("GET" if form is None else "POST", path, urlencode(form or {}), headers)
            response = connection.getresponse()
            text = response.read().decode()
            return Answer(response.status, text, time.monotonic() - began)
        finally:
            connection.close()


@contextmanager
def web_site(
    server: Server, url: str = "", *, settings: str = SETTINGS, cwd: Path = REPOSITORY, admin: str = "/admin/"
) -> Iterator[Site]:
    with tempfile.TemporaryDirectory() as folder:
        log, port = Path(folder) / "log", free_port()
        variables = clean(
            DATABASE_URL=url or server.url,
            DATA_DIR=folder,
            PYTHONPATH=f"{cwd}:{REPOSITORY}",
            DLQ_METRICS_TOKEN=TOKEN,
            DJANGO_SETTINGS_MODULE=settings,
            DJANGO_SECRET_KEY=SECRET,
        )
        words = [
            sys.executable, "-m", "gunicorn", "django.core.wsgi:get_wsgi_application()", "--bind", f"127.0.0.1:{port}",
            "--worker-class", "gthread", "--threads", "2", "--no-control-socket",
        ]  # fmt: skip
        with log.open("wb") as output:
            process = subprocess.Popen(words, cwd=cwd, env=variables, stdout=output, stderr=output)
        site = Site(server, port, log, admin)
        try:
            _wait(site, process)
            yield site
        finally:
            process.terminate()
            process.wait(PATIENCE)


def _wait(site: Site, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        assert process.poll() is None, site.log.read_text()
        assert time.monotonic() < deadline, site.log.read_text()
        try:
            site.open("/nowhere")
        except OSError:
            time.sleep(0.05)
        else:
            return
