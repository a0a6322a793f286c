"""What the probe is run over: somebody's project, its Python and Django, its database and the shape of the table."""

from __future__ import annotations

from dataclasses import dataclass

from tests.installations.environments import IMAGE, NEWEST, OLDEST, Environment

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
ODD_COLUMNS = """
    CREATE TYPE public.mood AS ENUM ('calm', 'angry');
    ALTER TABLE {table}
        ADD "order" integer DEFAULT 3,
        ADD "Weird Name" text DEFAULT '%s {{x}}',
        ADD mood public.mood DEFAULT 'calm',
        ADD tags text[] DEFAULT '{{a,b}}',
        ADD twice integer GENERATED ALWAYS AS (failure_count * 2) STORED,
        ADD raw bytea DEFAULT '\\x00ff',
        ADD span int4range DEFAULT '[1,5)',
        ADD doc json DEFAULT '{{"a": 1.0}}',
        ADD place point DEFAULT '(1,2)',
        ADD amount numeric DEFAULT 10.00,
        ADD day date DEFAULT '2026-01-01',
        ADD address inet DEFAULT '10.0.0.1',
        ADD token uuid DEFAULT '00000000-0000-0000-0000-000000000001',
        ADD pause interval DEFAULT '1 day'
"""


@dataclass(frozen=True)
class Combination:
    """`quick`: one of those that differ most, which CI runs. `shape`: SQL that makes the table another one."""

    name: str
    environment: Environment = OLDEST
    quick: bool = False
    apps: tuple[str, ...] = ()
    settings: str = ""
    urls: str = URLS
    sites: tuple[str, ...] = ("/admin/",)
    shape: str = ""
    job_id: str = "original_job_id"
    database: str = "default"
    """The alias of the queue's."""
    is_own: bool = False
    """The project in the wheel, instead of somebody's."""
    is_asgi: bool = False
    variables: tuple[tuple[str, str], ...] = ()


COMBINATIONS = (
    Combination("A project of one's own", quick=True),
    Combination("A project of one's own, the newest Python and Django", NEWEST, quick=True),
    Combination("The project in the wheel", is_own=True, quick=True),
    Combination("Two admin sites", urls=TWO_SITES, sites=("/backoffice/", "/admin/")),
    Combination(
        "An admin site of another name, and no other", NEWEST, urls=ONLY_ITS_OWN, sites=("/help/desk/",), quick=True
    ),
    Combination("SQLite as the default database", settings=SQLITE_BESIDE, database="queue", quick=True),
    Combination("Another PostgreSQL database as the default one", settings=POSTGRES_BESIDE, database="queue"),
    Combination("The column job_id", settings='DLQ_JOB_ID_COLUMN = "job_id"', job_id="job_id", quick=True),
    Combination(
        "Fourteen odd columns",
        settings=LISTED,
        shape=ODD_COLUMNS,
    ),
    Combination("django-unfold", NEWEST, apps=("unfold",)),
    Combination("django-jazzmin", NEWEST, apps=("jazzmin",)),
    Combination("django-grappelli", NEWEST, apps=("grappelli",)),
    Combination("ASGI (uvicorn)", NEWEST, is_asgi=True),
    Combination("The steps of the Dockerfile", IMAGE, is_own=True, variables=(("DJANGO_JSON_LOGS", "1"),)),
)
