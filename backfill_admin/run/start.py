"""The two modes: a first run with everything of its own, or the web server alone on DATABASE_URL."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection

from backfill_admin import demo
from backfill_admin.embedded import embedded_cluster
from backfill_admin.run import StartProblem
from backfill_admin.run.children import Child, Stop, watch
from backfill_admin.run.problems import HOST, check_database, check_port
from backfill_admin.settings import env

FIRST_ANSWER = 60
"""Seconds until the web server must have answered."""


def run() -> int:
    """Start, serve until Ctrl-C, stop. Returns the exit status."""
    port = env.int("PORT", 8000)
    check_port(port)
    stop = Stop()
    with ExitStack() as things:
        if settings.DEMO:
            children = _demo(things, port)
        else:
            check_database()
            print("Migrating the app's own tables (dlq_*, auth_*, …) in the database of DATABASE_URL.", flush=True)
            call_command("migrate", verbosity=0, interactive=False)
            children = [_web(port)]
        connection.close()
        for child in children:
            things.callback(child.stop)
            child.start()
        if not _answers(port, children[0], stop):
            return 0 if stop.event.is_set() else 1
        _welcome(port)
        return watch(children, stop)


def _demo(things: ExitStack, port: int) -> list[Child]:
    """The embedded server with the real queue and the samples; the processes that go with it, the web server first."""
    data: Path = settings.DATA_DIR
    entries = env.int("DEMO_ENTRIES", 5000)
    if entries < 0:
        raise StartProblem("DEMO_ENTRIES must not be negative.")
    data.mkdir(parents=True, exist_ok=True)
    if str(data) != os.path.abspath(env.str("DATA_DIR", str(settings.BASE_DIR / ".data"))):  # noqa: PTH100 (as given)
        print(
            f"Data goes to {data}: PostgreSQL can't run as root, and its own account could not reach a closed folder."
        )
    things.enter_context(_only_one(data))
    cluster = embedded_cluster(data)
    print(f"Starting PostgreSQL in {cluster.data} …", flush=True)
    things.callback(cluster.stop)
    cluster.start()
    url = cluster.url()
    try:
        demo.install_queue(url)
    except (OSError, subprocess.CalledProcessError) as error:
        words = getattr(error, "stderr", "") or str(error)
        raise StartProblem(f"graphile-worker could not install the queue: {words.strip().splitlines()[-1]}") from None
    demo.prepare_app()
    demo.load_samples(entries, data / "samples-loaded")
    children = [_web(port)]
    if env.bool("DEMO_WORKER", True):
        children.append(Child("The worker", demo.worker_command(url), os.environ))
    move = [sys.executable, str(settings.BASE_DIR / "manage.py"), "process_failed_jobs", "--watch", "2"]
    children.append(Child("process_failed_jobs", move, os.environ))
    return children


@contextmanager
def _only_one(data: Path) -> Iterator[None]:
    """Two starts on one data folder would stop each other's database."""
    with (data / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise StartProblem(
                f"A server is running on the data in {data} already. Stop it, or set DATA_DIR."
            ) from None
        yield


def _web(port: int) -> Child:
    command = [
        sys.executable, "-m", "gunicorn", "backfill_admin.wsgi", "--bind", f"{HOST}:{port}",
        "--worker-class", "gthread", "--workers", "2", "--threads", "8", "--log-level", "warning",
        "--no-control-socket",
    ]  # fmt: skip
    return Child("The web server", command, os.environ, essential=True)


def _answers(port: int, web: Child, stop: Stop) -> bool:
    """Wait for the first answer of /healthz."""
    deadline = time.monotonic() + FIRST_ANSWER
    while time.monotonic() < deadline and not stop.event.wait(0.1):
        if web.has_ended():
            break
        try:
            with urllib.request.urlopen(f"http://{HOST}:{port}/healthz", timeout=5):
                return True
        except (urllib.error.URLError, OSError):
            continue
    if not stop.event.is_set():
        print("backfill-admin: The web server did not answer.", file=sys.stderr)
    return False


def _welcome(port: int) -> None:
    print(f"\nbackfill-admin is at http://{HOST}:{port}/", flush=True)
    if settings.DEMO:
        print(
            f"Log in as {demo.USER} with password {demo.PASSWORD}. The entries are samples; a real worker runs beside."
        )
    else:
        print("Log in as a staff user; the first one is made by: .venv/bin/python manage.py createsuperuser")
    print("Ctrl-C stops everything and keeps the data.", flush=True)
