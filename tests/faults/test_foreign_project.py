"""The app in somebody else's project, which knows nothing of faults: its pages tell them all the same."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.changes import TABLE, altered, changed, renamed, revoked
from tests.faults.outages import crashed, stopped
from tests.faults.pages import broken, pages
from tests.faults.site import Server, Site, web_site

SETTINGS = """
import dj_database_url, os
SECRET_KEY = os.environ["DJANGO_SECRET_KEY"]
DEBUG = False
ALLOWED_HOSTS = ["*"]
# Connections that are kept without looking whether they still work, and a transaction for each request.
DATABASES = {"default": dj_database_url.parse(os.environ["DATABASE_URL"], conn_max_age=600) | {"ATOMIC_REQUESTS": True}}
INSTALLED_APPS = [
    "django.contrib.admin", "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions",
    "django.contrib.messages", "django.contrib.staticfiles", "django_htmx", "dlq",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
TEMPLATES = [{
    "BACKEND": "django.template.backends.django.DjangoTemplates",
    "APP_DIRS": True,
    "OPTIONS": {"context_processors": [
        "django.template.context_processors.request", "django.contrib.auth.context_processors.auth",
        "django.contrib.messages.context_processors.messages",
    ]},
}]
ROOT_URLCONF = "foreign_urls"
STATIC_URL = "static/"
USE_TZ = True
"""
URLS = """
from django.contrib import admin
from django.urls import path
urlpatterns = [path("backoffice/", admin.site.urls)]
"""


@pytest.fixture(scope="module")
def foreign(server: Server) -> Iterator[Site]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "foreign_settings.py").write_text(SETTINGS)
        (folder / "foreign_urls.py").write_text(URLS)
        own = server.copy("foreign_project")
        with web_site(own, settings="foreign_settings", cwd=folder, admin="/backoffice/") as site:
            yield site


def test_each_page_says_that_the_server_is_away_and_works_at_the_next_request(foreign: Site) -> None:
    assert broken(foreign, pages(foreign), "") == set()
    asked = pages(foreign)
    with stopped(foreign.server):
        assert broken(foreign, asked, "does not answer: it is stopped") == {page.name for page in asked}
    assert broken(foreign, pages(foreign), "") == set()


def test_a_page_works_at_the_first_request_when_its_connection_was_lost_in_between(foreign: Site) -> None:
    assert broken(foreign, pages(foreign), "") == set()
    with crashed(foreign.server):
        pass
    assert broken(foreign, pages(foreign), "") == set()


@pytest.mark.parametrize(
    ("change", "sentence", "status"),
    [
        (renamed("TABLE", TABLE), f"There is no table {TABLE}", 503),
        (revoked("SELECT", TABLE), f"lacks the right SELECT on {TABLE}", 503),
        (altered("ALTER failed_at TYPE date"), f"Column failed_at of {TABLE} is of type date", 500),
        (renamed("TABLE", "dlq_requeue"), "lacks what a migration makes: table dlq_requeue", 503),
    ],
)
def test_pages_name_what_was_changed(foreign: Site, change: tuple[str, str], sentence: str, status: int) -> None:
    with changed(foreign.server, change):
        assert broken(foreign, pages(foreign), sentence, status) >= {"list", "entry"}
    assert broken(foreign, pages(foreign), "") == set()
