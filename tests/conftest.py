"""A real PostgreSQL of its own for the test run: started before Django reads its settings, thrown away at the end.

Each test database has the real queue schema, made by the real graphile-worker, and the table that `init_dlq` makes.
"""

from __future__ import annotations

import io
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.conf import settings

from backfill_admin.postgres import Cluster, wheel_binaries
from tests.support import graphile

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.test import Client
    from pytest_django import DjangoDbBlocker

SERVER_SETTINGS = {
    # Nothing here has to survive a crash of the machine.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    # It comes at a time of its own and makes way for a test's ALTER TABLE or TRUNCATE only after a second, which is longer than
    # the lock timeout that an operation has left in the test's transaction. Plans do not depend on when it came, either.
    "autovacuum": "off",
    # Compiling a query takes longer than any query here.
    "jit": "off",
}


def binaries(copy_to: Path) -> Path:
    """TEST_POSTGRES_BIN names another PostgreSQL's programs, e.g. a distribution's."""
    if folder := os.environ.get("TEST_POSTGRES_BIN"):
        return Path(folder)
    return wheel_binaries(int(os.environ.get("TEST_POSTGRES_VERSION", "18")), copy_to)


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):  # in a worker of pytest-xdist the server runs already
        start_server(config)
    # pytest-django sets Django up once somebody has read the settings, which is only right now that there is a server.
    assert settings.DATABASES


def start_server(config: pytest.Config) -> None:
    if missing := graphile.what_is_missing():
        pytest.exit(missing, returncode=3)
    folder = Path(tempfile.mkdtemp(prefix="backfill-admin-test-"))
    folder.chmod(0o755)
    cluster = Cluster(folder / "pg", binaries(folder))
    cluster.start(**SERVER_SETTINGS)

    def throw_away() -> None:
        cluster.stop("immediate")
        shutil.rmtree(folder)

    config.add_cleanup(throw_away)
    for name in [name for name in os.environ if name.startswith(("DLQ_", "DJANGO_"))]:
        del os.environ[name]
    os.environ["DATABASE_URL"] = cluster.url()
    os.environ["DATA_DIR"] = str(folder)
    # Not in pyproject.toml: from there pytest-django reads the settings before the server runs.
    os.environ["DJANGO_SETTINGS_MODULE"] = "backfill_admin.settings"
    # Playwright's synchronous API keeps an event loop, in whose thread Django would refuse to ask the database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long ones first: at the end one of them would keep a processor busy while the others have nothing to do."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """After Django made the test database (one for each worker of pytest-xdist): the queue, and the table beside it."""
    from django.core.management import call_command

    from tests.support.database import database_url, end_other_sessions

    with django_db_blocker.unblock():
        graphile.install_schema(database_url())
        call_command("init_dlq", verbosity=0, stdout=io.StringIO())
        if os.environ.get("TEST_LIBRARY"):
            # The queue as the Rust library's own migrations leave it, which adds to Node's and changes its functions.
            from bench.by_library import init_dlq

            init_dlq(database_url())
    yield
    with django_db_blocker.unblock():
        # A thread of a server, or of an event loop, may keep its connection, with which no database can be dropped.
        end_other_sessions()


@pytest.fixture(autouse=True)
def _clean_queue(request: pytest.FixtureRequest) -> Iterator[None]:
    """After a test with real commits: Django empties its own tables only, not the queue's and not the unmanaged one."""
    marker = request.node.get_closest_marker("django_db")
    commits = (marker and marker.kwargs.get("transaction")) or "live_server" in request.fixturenames
    if not commits:
        yield
        return
    request.getfixturevalue("transactional_db")
    yield
    from tests.support.database import empty_queue_and_table

    empty_queue_and_table()


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a page leaves out where it takes too long has five times as long here, as far as the page itself has: how busy the
    machine is is not tested."""
    from dlq.conf import conf
    from dlq.db import limits

    limited = limits.time_limit
    monkeypatch.setattr(limits, "time_limit", lambda seconds: limited(min(5 * seconds, conf.STATEMENT_TIMEOUT)))


@pytest.fixture
def entry(db: None) -> Callable[..., int]:
    """Makes an entry by SQL and returns its id: `entry(task_identifier="send_email", payload='{"n": 10.00}')`."""
    from tests.support.entries import add_entry

    return add_entry


@pytest.fixture
def person(db: None) -> Callable[..., User]:
    """Makes a user with these permissions: `person("view_backfilldlq", "requeue_backfilldlq")`."""
    from tests.support.people import make_user

    return make_user


@pytest.fixture
def login() -> Callable[[User], Client]:
    from tests.support.people import client_of

    return client_of


@pytest.fixture
def viewer(person: Callable[..., User]) -> User:
    return person("view_backfilldlq", name="viewer")


@pytest.fixture
def annotator(person: Callable[..., User]) -> User:
    return person("view_backfilldlq", "annotate_backfilldlq", name="annotator")


@pytest.fixture
def requeuer(person: Callable[..., User]) -> User:
    return person("view_backfilldlq", "requeue_backfilldlq", name="requeuer")


@pytest.fixture
def deleter(person: Callable[..., User]) -> User:
    return person("view_backfilldlq", "delete_backfilldlq", name="deleter")


@pytest.fixture
def superuser(person: Callable[..., User]) -> User:
    return person(name="boss", is_superuser=True)


@pytest.fixture
def boss(superuser: User) -> Client:
    """The browser of somebody who may do everything."""
    from tests.support.people import client_of

    return client_of(superuser)
