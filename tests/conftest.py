"""A real PostgreSQL of its own for the test run: started before Django reads its settings, thrown away at the end."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from backfill_admin.postgres import Cluster, wheel_binaries

FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "200"}
"""Nothing here has to survive a crash of the machine."""


def binaries(copy_to: Path) -> Path:
    """TEST_POSTGRES_BIN names another PostgreSQL's programs, e.g. a distribution's."""
    if folder := os.environ.get("TEST_POSTGRES_BIN"):
        return Path(folder)
    return wheel_binaries(int(os.environ.get("TEST_POSTGRES_VERSION", "18")), copy_to)


def pytest_configure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput"):  # a worker of pytest-xdist: the server runs already
        return
    folder = Path(tempfile.mkdtemp(prefix="backfill-admin-test-"))
    folder.chmod(0o755)
    cluster = Cluster(folder / "pg", binaries(folder))
    cluster.start(**FAST)
    config.add_cleanup(lambda: (cluster.stop("immediate"), shutil.rmtree(folder)))
    for name in [name for name in os.environ if name.startswith(("DLQ_", "DJANGO_"))]:
        del os.environ[name]
    os.environ["DATABASE_URL"] = cluster.url()
    os.environ["DATA_DIR"] = str(folder)
