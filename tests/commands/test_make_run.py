"""What `make run` starts, in both modes, and that it ends what it started."""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import ProxyHandler, build_opener

import psutil
import psycopg
import pytest

from backfill_admin.embedded import embedded_url
from tests.commands.starts import Start, attempt, data_folder, empty_database, free_port, manage, started
from tests.support import graphile

pytestmark = pytest.mark.alone

ENTRIES = 30


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    """A data folder in which `make run` was started and stopped once."""
    with data_folder() as folder:
        with started(DATA_DIR=folder, DEMO_ENTRIES=ENTRIES, DEMO_WORKER=0):
            pass
        yield folder


@contextmanager
def first_run(data: Path, **environment: object) -> Iterator[Start]:
    with started(**{"DATA_DIR": data, "DEMO_ENTRIES": ENTRIES, "DEMO_WORKER": 0} | environment) as start:
        yield start


def ask(url: str, query: str) -> list[tuple[Any, ...]]:
    with closing(psycopg.connect(url)) as connection:
        cursor = connection.execute(query)
        rows = cursor.fetchall() if cursor.description else []
        connection.commit()
        return rows


def entries(data: Path) -> int:
    [(count,)] = ask(embedded_url(data), "SELECT count(*) FROM graphile_worker.backfill_dlq")
    return int(count)


def answer(url: str) -> tuple[int, str]:
    try:
        with build_opener(ProxyHandler({})).open(url) as page:
            return page.status, page.read().decode()
    except HTTPError as error:
        with error:
            return error.code, error.read().decode()


def runs(process: psutil.Process) -> bool:
    """Not a zombie, which is one that ended and whose parent (in a container: the first process) has not yet looked."""
    try:
        return process.is_running() and bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def test_first_run_shows_the_samples_to_admin(data: Path) -> None:
    with first_run(data) as start:
        assert f"http://127.0.0.1:{start.port}/" in start.output
        assert answer(f"{start.url}/healthz") == (200, "ok")
        _browser, page = start.log_in()
    assert "Sample data" in page
    assert "send_email" in page


def test_without_proxies_a_header_does_not_make_it_https(data: Path) -> None:
    with first_run(data) as start:
        # Were it believed, a form from a page by http would come from elsewhere.
        _browser, page = start.log_in(X_Forwarded_Proto="https", X_Forwarded_Ssl="on", Origin=start.url)
    assert "Sample data" in page


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_everything_and_keeps_the_data(data: Path, by: signal.Signals) -> None:
    with first_run(data) as start:
        server = psutil.Process(int((data / "postgres-18" / "postmaster.pid").read_text().splitlines()[0]))
        processes = [server, *start.children()]
        assert len(processes) >= 4  # PostgreSQL, gunicorn with its two workers, process_failed_jobs
        assert start.stop(by) == 0
        assert [process for process in processes if runs(process)] == []
    assert (data / "postgres-18" / "PG_VERSION").exists()


def test_a_later_start_keeps_what_was_changed(data: Path) -> None:
    with first_run(data):
        ask(embedded_url(data), "DELETE FROM graphile_worker.backfill_dlq")
        ask(embedded_url(data), "UPDATE auth_user SET first_name = 'Changed' WHERE username = 'admin'")
    try:
        before = time.monotonic()
        with first_run(data):
            assert time.monotonic() - before < 10 * float(os.environ.get("SLOW_MACHINE", "3"))
            assert entries(data) == 0
            assert ask(embedded_url(data), "SELECT first_name FROM auth_user") == [("Changed",)]
    finally:
        with first_run(data):  # the other tests want samples; only a database that never had any gets them
            ask(embedded_url(data), "DELETE FROM demo_samples_loaded")
        with first_run(data):
            assert entries(data) >= ENTRIES


def test_two_starts_on_one_data_folder(data: Path) -> None:
    with first_run(data) as start:
        second = attempt(DATA_DIR=data, PORT=start.port)
        assert start.process.poll() is None
    assert second.returncode == 1
    assert second.stderr == f"backfill-admin: It runs already, on the data in {data}. Stop it, or set DATA_DIR.\n"


@pytest.mark.worker
def test_the_real_worker_runs_jobs_and_failures_come_back() -> None:
    with data_folder() as folder, started(DATA_DIR=folder, DEMO_ENTRIES=ENTRIES) as start:
        deadline = time.monotonic() + 60
        while entries(folder) == ENTRIES:
            assert time.monotonic() < deadline, start.output
            time.sleep(0.5)
        url = embedded_url(folder)
        # A worker has taken jobs that we did not move: some have succeeded and are gone.
        [(left,)] = ask(url, "SELECT count(*) FROM graphile_worker.jobs")
        assert left < 40
        [(ids,)] = ask(url, "SELECT count(DISTINCT original_job_id) - count(*) FROM graphile_worker.backfill_dlq")
        assert ids == 0
        worker = start.child("worker.mjs")
        worker.kill()
        start.waits_for("The worker ended; starting it again")
        deadline = time.monotonic() + 30
        while not any("worker.mjs" in " ".join(child.cmdline()) and child != worker for child in start.children()):
            assert time.monotonic() < deadline
            time.sleep(0.2)


def test_the_end_of_the_web_server_ends_everything(data: Path) -> None:
    with first_run(data) as start:
        others = start.children()
        start.child("gunicorn").kill()
        assert start.process.wait(60) == 1
        assert "The web server ended by itself; stopping everything." in start.output
        gone, alive = psutil.wait_procs(others, timeout=10)
        assert (len(gone), alive) == (len(others), [])


@pytest.mark.skipif(sys.platform != "linux", reason="needs prctl")
def test_children_end_when_the_program_is_killed_outright(data: Path) -> None:
    with first_run(data) as start:
        children = start.children()
        start.stop(signal.SIGKILL)
        _gone, alive = psutil.wait_procs(children, timeout=20)
        assert alive == []
    with first_run(data) as start:  # finds PostgreSQL running, and stops it
        pass
    assert not (data / "postgres-18" / "postmaster.pid").exists()


def test_another_schema_and_column(tmp_path: Path) -> None:
    with (
        data_folder() as folder,
        started(
            DATA_DIR=folder,
            DEMO_ENTRIES=3,
            DEMO_WORKER=0,
            DLQ_SCHEMA="My Queue",
            DLQ_TABLE="dead%s",
            DLQ_JOB_ID_COLUMN="job_id",
        ) as start,
    ):
        assert ask(embedded_url(folder), 'SELECT count(job_id) >= 3 FROM "My Queue"."dead%s"') == [(True,)]
        assert "Fail" in start.log_in()[1]


# What is in the way: one sentence, no traceback.


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"PORT": "http"}, "PORT"),
        ({"PORT": 70000}, "PORT must be a number from 1 to 65535, not 70000."),
        ({"DEMO_ENTRIES": "many"}, "DEMO_ENTRIES"),
        ({"DEMO_ENTRIES": -1}, "DEMO_ENTRIES must not be negative."),
        ({"DEMO_WORKER": "perhaps"}, "DEMO_WORKER"),
        ({"DJANGO_DEBUG": "perhaps"}, "DJANGO_DEBUG"),
        ({"DJANGO_PROXIES": "one"}, "DJANGO_PROXIES"),
        ({"DJANGO_SCRIPT_NAME": "dlq"}, "DJANGO_SCRIPT_NAME must be a path like /dlq, not 'dlq'."),
        ({"DJANGO_SCRIPT_NAME": "//x"}, "DJANGO_SCRIPT_NAME must be a path like /dlq, not '//x'."),
        ({"DJANGO_PROXIES": -1}, "DJANGO_PROXIES must be a whole number of at least 0, not -1."),
        ({"DJANGO_SECURE": "perhaps"}, "DJANGO_SECURE"),
        ({"DJANGO_SECURE": 1}, "DJANGO_SECURE=1 needs a proxy that speaks https: set DJANGO_PROXIES"),
        ({"DLQ_CHUNK_SIZE": "big"}, "DLQ_CHUNK_SIZE"),
        ({"DLQ_CHUNK_SIZE": 0}, "DLQ_CHUNK_SIZE must be a whole number of at least 1, not 0."),
        ({"DATA_DIR": "/proc/x"}, "DATA_DIR /proc/x can't be used"),
        ({"DATABASE_URL": "nonsense"}, "DATABASE_URL can't be read; it looks like this: postgresql://"),
        ({"DATABASE_URL": "postgresql://u:secret@host:port/db"}, "DATABASE_URL can't be read"),
        ({"DATABASE_URL": "postgresql://u:secret@ss@127.0.0.1/db"}, "(%40 for @)"),
        ({"DATABASE_URL": "postgresql://u:secret@ss/w@127.0.0.1/db"}, "(%40 for @)"),
        ({"DATABASE_URL": "postgresql://u:secret#w@127.0.0.1/db"}, "(%40 for @)"),
        ({"DATABASE_URL": "mysql://u:secret@localhost/db"}, "DATABASE_URL must be of PostgreSQL"),
        ({"DATABASE_URL": "postgresql://u:secret@127.0.0.1:1/db"}, "The database of DATABASE_URL can't be used"),
        (
            {"DATABASE_URL": "postgresql://u:secret@127.0.0.1/db?colour=red"},
            "The database of DATABASE_URL can't be used",
        ),
    ],
)
def test_a_wrong_value_is_named_in_one_sentence(environment: dict[str, object], words: str) -> None:
    with data_folder() as folder:
        result = attempt(**{"DATA_DIR": folder, "PORT": free_port()} | environment)
    assert result.returncode == 1
    assert result.stderr.startswith("backfill-admin: ")
    assert words in result.stderr
    assert result.stderr.count("\n") == 1
    assert "secret" not in result.stderr


def test_a_port_in_use(data: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        result = attempt(DATA_DIR=data, PORT=port)
    assert result.returncode == 1
    assert result.stderr.startswith(f"backfill-admin: Port {port} can't be used (Address already in use).")
    assert not (data / "postgres-18" / "postmaster.pid").exists()


# With DATABASE_URL.


@pytest.fixture
def database() -> Iterator[str]:
    with empty_database() as url:
        yield url


TABLES = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"


def test_a_server_without_the_queue_is_left_alone(database: str) -> None:
    with data_folder() as folder:
        result = attempt(DATA_DIR=folder, DATABASE_URL=database)
    assert result.returncode == 1
    assert result.stderr.startswith("backfill-admin: The queue should be in schema “graphile_worker”, but")
    assert ask(database, TABLES) == [(0,)]


def test_a_queue_without_the_table_is_left_alone(database: str) -> None:
    graphile.install_schema(database)
    with data_folder() as folder:
        result = attempt(DATA_DIR=folder, DATABASE_URL=database)
    assert result.returncode == 1
    assert ".venv/bin/python manage.py init_dlq" in result.stderr
    assert result.stderr.count("\n") == 1
    assert ask(database, TABLES) == [(0,)]


def test_with_database_url_nothing_but_the_web_server_runs(database: str) -> None:
    graphile.install_schema(database)
    with data_folder() as folder:
        manage("init_dlq", DATA_DIR=folder, DATABASE_URL=database)
        ask(database, "SELECT graphile_worker.add_job('send_email', max_attempts := 1)")
        ask(database, "UPDATE graphile_worker._private_jobs SET attempts = 1")
        with started(DATA_DIR=folder, DATABASE_URL=database, DEMO_ENTRIES="ignored", DEMO_WORKER="ignored") as start:
            assert "Migrating the app's own tables" in start.output
            assert "createsuperuser" in start.output
            assert answer(f"{start.url}/healthz") == (200, "ok")
            assert "Sample data" not in answer(f"{start.url}/admin/login/")[1]
            assert {"gunicorn" in " ".join(child.cmdline()) for child in start.children()} == {True}
            time.sleep(3)  # longer than the first run's process_failed_jobs waits
            assert ask(database, "SELECT count(*) FROM graphile_worker.backfill_dlq") == [(0,)]
            assert ask(database, "SELECT count(*) FROM graphile_worker.jobs") == [(1,)]
            assert ask(database, "SELECT count(*) FROM auth_user") == [(0,)]
            assert start.stop() == 0
        assert not (folder / "postgres-18").exists()
