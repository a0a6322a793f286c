"""What the probe is run over: somebody's project, its Python and Django, its database and the shape of the table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.installations.environments import BEFORE, IMAGE, NEWEST, OLDEST, Environment
from tests.installations.queues import RUST, Queue
from tests.installations.shapes import (
    MATERIALIZED,
    NOBODYS_FUNCTIONS,
    ODD_COLUMNS,
    OF_ANOTHER_ROLE,
    OVER_ONE,
    OVER_SEVERAL,
    PARTITIONED,
    of_the_library,
)

URLS = """
from django.contrib import admin
from django.urls import path
urlpatterns = [path("admin/", admin.site.urls)]
"""
TWO_SITES = """
from django.contrib import admin
from django.urls import path
from dlq.admin import register_dlq

backoffice = admin.AdminSite(name="backoffice")
register_dlq(backoffice)
urlpatterns = [path("admin/", admin.site.urls), path("backoffice/", backoffice.urls)]
"""
ONLY_ITS_OWN = """
from django.contrib import admin
from django.urls import path
from dlq.admin import register_dlq

support = admin.AdminSite(name="support")
register_dlq(support)
urlpatterns = [path("help/desk/", support.urls)]
"""
SQLITE_BESIDE = """
DATABASES = {
    "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": BASE_DIR / "db.sqlite3"},
    "queue": dj_database_url.parse(os.environ["DATABASE_URL"]),
}
DATABASE_ROUTERS = ["dlq.db.router.DlqRouter"]
DLQ_DATABASE = "queue"
"""
POSTGRES_BESIDE = """
DATABASES = {
    "default": dj_database_url.parse(os.environ["DATABASE_URL"].replace("/queue?", "/people?")),
    "queue": dj_database_url.parse(os.environ["DATABASE_URL"]) | {"ATOMIC_REQUESTS": True},
}
DATABASE_ROUTERS = ["dlq.db.router.DlqRouter"]
DLQ_DATABASE = "queue"
"""
LISTED = 'DLQ_EXTRA_COLUMNS = ["order", "Weird Name", "mood", "tags", "span", "doc"]'
CALLED_JOB_ID = 'DLQ_JOB_ID_COLUMN = "job_id"'
ODDLY_NAMED = 'my-Schema "x"'
IN_AN_ODD_SCHEMA = f"DLQ_SCHEMA = {ODDLY_NAMED!r}"


TESTS_OWN = Queue()


@dataclass(frozen=True)
class Combination:
    """`quick`: one of those that differ most, which CI runs."""

    name: str
    environment: Environment = OLDEST
    quick: bool = False
    apps: tuple[str, ...] = ()
    settings: str = ""
    urls: str = URLS
    sites: tuple[str, ...] = ("/admin/",)
    database: str = "default"
    """The alias of the queue's."""
    is_own: bool = False
    """The project in the wheel, instead of somebody's."""
    is_asgi: bool = False
    variables: tuple[tuple[str, str], ...] = ()

    postgres: str = "18"
    queue: Queue = TESTS_OWN
    role: str = ""
    """What the role that everything runs as is granted: one of the audiences of init_dlq --grants. Else it is a superuser."""
    pooler: str = ""
    """PgBouncer's mode."""
    before: Callable[[], str] = str
    """SQL that makes the table before init_dlq comes."""
    shape: str = ""
    """SQL that makes another one of the table."""
    warnings: tuple[str, ...] = ()
    """What `check` says of such a table."""
    kept_in: str = "backfill_dlq"
    """What the entries are written into, where the table is a view."""
    job_id: str = "original_job_id"
    is_read_only: bool = False
    before_it: Environment | None = None
    """That of the version before, which serves while this one is installed, and beside it."""
    has_worker: bool = False
    """Whether a job's life is told to its end, by the queue's own worker."""

    @property
    def is_view(self) -> bool:
        return self.kept_in != "backfill_dlq"

    @property
    def table(self) -> str:
        return f"{self.schema}.backfill_dlq"

    @property
    def schema(self) -> str:
        return _quoted(self.queue.schema)


def _quoted(name: str) -> str:
    return '"{}"'.format(name.replace('"', '""'))


def _view(name: str, shape: str, warnings: tuple[str, ...] = ("dlq.W009",)) -> Combination:
    return Combination(name, shape=shape, kept_in="kept", is_read_only=True, warnings=warnings)


PROJECTS = (
    Combination("A project of one's own", quick=True, has_worker=True),
    Combination("A project of one's own, the newest Python and Django", NEWEST, quick=True),
    Combination("The project in the wheel", is_own=True, quick=True),
    Combination("Two admin sites", urls=TWO_SITES, sites=("/backoffice/", "/admin/")),
    Combination(
        "An admin site of another name, and no other", NEWEST, urls=ONLY_ITS_OWN, sites=("/help/desk/",), quick=True
    ),
    Combination("SQLite as the default database", settings=SQLITE_BESIDE, database="queue", quick=True),
    Combination("Another PostgreSQL database as the default one", settings=POSTGRES_BESIDE, database="queue"),
    Combination("django-unfold", NEWEST, apps=("unfold",)),
    Combination("django-jazzmin", NEWEST, apps=("jazzmin",)),
    Combination("django-grappelli", NEWEST, apps=("grappelli",)),
    Combination("ASGI (uvicorn)", NEWEST, is_asgi=True),
    Combination("While an upgrade rolls: beside the version before", before_it=BEFORE),
    Combination("The steps of the Dockerfile", IMAGE, is_own=True, variables=(("DJANGO_JSON_LOGS", "1"),)),
)
TABLES = (
    Combination("A table by the library", queue=Queue(RUST)),
    Combination(
        "A table by the library's SQL file",
        before=of_the_library,
        queue=Queue("0.17"),
    ),
    Combination("The column job_id", settings=CALLED_JOB_ID, job_id="job_id"),
    Combination("Fourteen odd columns", settings=LISTED, shape=ODD_COLUMNS),
    Combination('Schema my-Schema "x"', settings=IN_AN_ODD_SCHEMA, queue=Queue(schema=ODDLY_NAMED)),
    Combination("A partitioned table", shape=PARTITIONED, warnings=("dlq.W005",)),
    _view("A view over one table", OVER_ONE),
    _view("A view over several tables", OVER_SEVERAL),
    _view("A materialized view", MATERIALIZED, warnings=("dlq.W004", "dlq.W009")),
    Combination("A table of another role", shape=OF_ANOTHER_ROLE, role="operator"),
    Combination(
        "All of it: job_id, odd columns and schema, a role of its own, PgBouncer by transactions",
        settings="\n".join((CALLED_JOB_ID, LISTED, IN_AN_ODD_SCHEMA)),
        queue=Queue(schema=ODDLY_NAMED),
        job_id="job_id",
        before=lambda: NOBODYS_FUNCTIONS,
        shape=f"{ODD_COLUMNS}; {OF_ANOTHER_ROLE}",
        role="operator",
        pooler="transaction",
        quick=True,
    ),
)
QUEUES = (
    *(
        Combination(
            f"graphile-worker {version}, the role of an operator",
            queue=Queue(version),
            role="operator",
            has_worker=True,
        )
        for version in ("0.16", "0.17", "0.18")
    ),
    *(
        Combination(
            f"graphile-worker {version}, which is too old",
            queue=Queue(version),
            is_read_only=True,
            warnings=("dlq.W010",),
        )
        for version in ("0.13", "0.15")
    ),
    Combination("The Rust port, the role of an operator", queue=Queue(RUST), role="operator", has_worker=True),
    Combination(
        "The role of a viewer", role="viewer", is_read_only=True, warnings=("dlq.W003", "dlq.W006", "dlq.W009")
    ),
    Combination("The role of an owner, which migrates too", role="owner"),
)
SERVERS = (
    *(Combination(f"PostgreSQL {version}", postgres=version, role="operator") for version in ("14", "15", "16", "17")),
    Combination("PgBouncer by sessions", pooler="session"),
    Combination("PgBouncer by transactions", pooler="transaction"),
)
COMBINATIONS = (*PROJECTS, *TABLES, *QUEUES, *SERVERS)
