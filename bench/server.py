"""A PostgreSQL of the run's own with the real queue schema, thrown away at the end."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django
from django.core.management import call_command

from backfill_admin.postgres import Cluster, wheel_binaries

REPOSITORY = Path(__file__).resolve().parent.parent
VERSION = 18


@contextmanager
def private_server() -> Iterator[None]:
    """Start it, set Django up on it, install the queue and all tables; stop and remove it at last."""
    # So that a termination, like Ctrl-C, passes through the `finally` below.
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    folder = Path(tempfile.mkdtemp(prefix="backfill-admin-bench-"))
    # The server of a root user runs as another account, which must be able to pass.
    folder.chmod(0o755)
    # BENCH_POSTGRES_BIN names another PostgreSQL's programs, e.g. a distribution's, which has pg_trgm.
    cluster = Cluster(folder / "pg", Path(os.environ.get("BENCH_POSTGRES_BIN") or wheel_binaries(VERSION, folder)))
    try:
        cluster.start()
        os.environ["BENCH_PSQL"] = str(cluster.binaries / "psql")
        _set_up_django(cluster.url(), folder)
        _install_queue(cluster.url())
        call_command("migrate", verbosity=0)
        call_command("init_dlq", verbosity=0)
        yield
    finally:
        cluster.stop("immediate")
        shutil.rmtree(folder)


def psql(text: str) -> None:
    """Run this with the server's own psql."""
    command = [os.environ["BENCH_PSQL"], "-X", "-q", "-v", "ON_ERROR_STOP=1", os.environ["DATABASE_URL"]]
    subprocess.run(command, input=text, text=True, check=True, stdout=subprocess.DEVNULL)


def _set_up_django(url: str, folder: Path) -> None:
    for name in [name for name in os.environ if name.startswith(("DLQ_", "DJANGO_"))]:
        del os.environ[name]
    os.environ |= {"DATABASE_URL": url, "DATA_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "bench.settings"}
    django.setup()


def _install_queue(url: str) -> None:
    """The schema as graphile-worker itself makes it. WORKER_HOME names the folder of its npm installation."""
    home = Path(os.environ.get("WORKER_HOME") or REPOSITORY / ".venv" / "worker")
    program = home / "node_modules" / ".bin" / "graphile-worker"
    if not program.exists():
        sys.exit(f"graphile-worker is not installed in {home}: run `make` first or set WORKER_HOME.")
    node = Path(sys.executable).parent / "node"
    subprocess.run([node, program, "-c", url, "--schema-only"], check=True, stdout=subprocess.DEVNULL)
