"""A PostgreSQL with real queues in template databases, of which each combination gets a copy."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from backfill_admin.postgres import Cluster
from tests.conftest import SERVER_SETTINGS
from tests.installations.programs import graphile_worker, postgres
from tests.support import graphile

QUEUE, PEOPLE = "queue", "people"
RUST = "rust"


@dataclass(frozen=True)
class Queue:
    """`worker`: a version of Node's graphile-worker, "" for the tests' own; or RUST, the port, as the backfill library has it."""

    worker: str = ""
    schema: str = "graphile_worker"

    def install(self, database_url: str, home: Path) -> str:
        """Returns what made it, for people."""
        if self.worker == RUST:
            from bench.by_library import init_dlq

            init_dlq(database_url, self.schema)
            return "Rust (backfill 3.1.0)"
        program = graphile_worker(self.worker, home)
        command = [str(graphile.NODE), str(program / "node_modules/.bin/graphile-worker"), "-c", database_url]
        subprocess.run(
            [*command, "--schema", self.schema, "--schema-only"], check=True, capture_output=True, timeout=60
        )
        version = json.loads((program / "node_modules/graphile-worker/package.json").read_text())["version"]
        return f"Node {version}"


@dataclass
class QueueServer:
    cluster: Cluster
    home: Path
    made: dict[Queue, tuple[str, str]] = field(default_factory=dict)
    """The template of each queue, and what made it."""

    def fresh(self, queue: Queue) -> str:
        """The address of a database with this queue, empty; beside it is one for a project's users."""
        if queue not in self.made:
            template = f"template_{len(self.made)}"
            self._do(f"CREATE DATABASE {template}")
            self.made[queue] = template, queue.install(self.cluster.url(template), self.home)
        template, _maker = self.made[queue]
        self._do(f"DROP DATABASE IF EXISTS {QUEUE} WITH (FORCE)", f"DROP DATABASE IF EXISTS {PEOPLE} WITH (FORCE)")
        roles = self._ask("SELECT quote_ident(rolname) FROM pg_roles WHERE rolname !~ '^pg_|^postgres$'")
        self._do(*(f"DROP ROLE {role}" for (role,) in roles))
        self._do(f"CREATE DATABASE {QUEUE} TEMPLATE {template}", f"CREATE DATABASE {PEOPLE}")
        return self.cluster.url(QUEUE)

    def sql(self, statement: str) -> list[tuple[Any, ...]]:
        return self._ask(statement, QUEUE)

    @property
    def version(self) -> str:
        ((version,),) = self._ask("SHOW server_version")
        return str(version).split()[0]

    def _ask(self, statement: str, database: str = "postgres") -> list[tuple[Any, ...]]:
        with psycopg.connect(self.cluster.url(database), autocommit=True) as connection:
            found = connection.execute(statement)
            return list(found.fetchall()) if found.description else []

    def _do(self, *statements: str) -> None:
        for statement in statements:
            self._ask(statement)


@contextmanager
def queue_servers(home: Path) -> Iterator[Callable[[str], QueueServer]]:
    """By PostgreSQL's version, each started when it is first asked for. `home` keeps what is fetched."""
    folder = Path(tempfile.mkdtemp(prefix="backfill-admin-queue-"))
    folder.chmod(0o755)
    running: dict[str, QueueServer] = {}

    def server(version: str) -> QueueServer:
        if version not in running:
            cluster = Cluster(folder / f"pg{version}", postgres(version, home))
            cluster.start(**SERVER_SETTINGS)
            running[version] = QueueServer(cluster, home)
        return running[version]

    try:
        yield server
    finally:
        for one in running.values():
            one.cluster.stop("immediate")
        shutil.rmtree(folder)
