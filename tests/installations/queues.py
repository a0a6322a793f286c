"""A PostgreSQL with the real queue in a template database, of which each combination gets a copy."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from backfill_admin.postgres import Cluster
from tests.conftest import FAST, binaries
from tests.support import graphile

TEMPLATE, QUEUE, PEOPLE = "template_queue", "queue", "people"


@dataclass(frozen=True)
class QueueServer:
    cluster: Cluster

    def fresh(self) -> str:
        """The address of a database with an empty queue; beside it is one for a project's users."""
        self._do(f"DROP DATABASE IF EXISTS {QUEUE} WITH (FORCE)", f"DROP DATABASE IF EXISTS {PEOPLE} WITH (FORCE)")
        self._do(f"CREATE DATABASE {QUEUE} TEMPLATE {TEMPLATE}", f"CREATE DATABASE {PEOPLE}")
        return self.cluster.url(QUEUE)

    def sql(self, statement: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.cluster.url(QUEUE), autocommit=True) as connection:
            found = connection.execute(statement)
            return list(found.fetchall()) if found.description else []

    def _do(self, *statements: str) -> None:
        with psycopg.connect(self.cluster.url(), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)


@contextmanager
def queue_server() -> Iterator[QueueServer]:
    folder = Path(tempfile.mkdtemp(prefix="backfill-admin-queue-"))
    folder.chmod(0o755)
    cluster = Cluster(folder / "pg", binaries(folder))
    cluster.start(**FAST)
    try:
        server = QueueServer(cluster)
        server._do(f"CREATE DATABASE {TEMPLATE}")
        graphile.install_schema(cluster.url(TEMPLATE))
        yield server
    finally:
        cluster.stop("immediate")
        shutil.rmtree(folder)
