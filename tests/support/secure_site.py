"""`make run` on a database of its own, behind nginx with TLS, with one user."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tests.commands.starts import data_folder, empty_database, manage, started
from tests.support import graphile
from tests.support.nginx import Front, nginx, program

NAME, PASSWORD = "colleague", "correct-horse-battery"


@contextmanager
def secure_site() -> Iterator[Front]:
    program()  # the test is skipped before anything is started
    with data_folder() as folder, empty_database() as database:
        environment = {"DATA_DIR": folder, "DATABASE_URL": database, "DJANGO_PROXIES": 1, "DJANGO_SECURE": 1}
        graphile.install_schema(database)
        manage("init_dlq", **environment)
        with started(**environment) as start, nginx(behind=start.port) as front:
            assert "for the proxy; people come by https" in start.output
            words = ["--noinput", "--username", NAME, "--email", "colleague@example.com"]
            manage("createsuperuser", *words, DJANGO_SUPERUSER_PASSWORD=PASSWORD, **environment)
            yield front
