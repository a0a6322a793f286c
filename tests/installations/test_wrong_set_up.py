"""A wrong set-up of a project is one error of the system checks, at every command."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands.starts import REPOSITORY, clean
from tests.installations.combinations import SQLITE_BESIDE, URLS
from tests.installations.projects import SETTINGS

SQLITE = 'DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": BASE_DIR / "db.sqlite3"}}'


def command(folder: Path, settings: str, *words: str) -> subprocess.CompletedProcess[str]:
    (folder / "settings.py").write_text(SETTINGS.format(apps=[], settings=settings))
    (folder / "urls.py").write_text(URLS)
    variables = clean(
        DJANGO_SETTINGS_MODULE="settings",
        DJANGO_SECRET_KEY="s" * 50,
        DATABASE_URL=os.environ["DATABASE_URL"],
        PYTHONPATH=f"{folder}:{REPOSITORY}",
    )
    return subprocess.run(
        [sys.executable, "-m", "django", *words],
        cwd=folder, env=variables, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("settings", "check", "sentence"),
    [
        ("USE_TZ = False", "dlq.E009", "Set USE_TZ = True."),
        (SQLITE, "dlq.E006", "The queue is in PostgreSQL, and the database 'default' is SQLite."),
        ('DLQ_DATABASE = "queue"', "dlq.E006", "DLQ_DATABASE is 'queue', which DATABASES does not have."),
        (f"{SQLITE_BESIDE}DATABASE_ROUTERS = []", "dlq.E008", 'DATABASE_ROUTERS = ["dlq.db.router.DlqRouter"]'),
        ('INSTALLED_APPS.remove("django_htmx")', "dlq.E004", 'Add "django_htmx" to INSTALLED_APPS.'),
    ],
)
@pytest.mark.parametrize("name", ["check", "init_dlq"])
def test_wrong_set_up_is_one_error(tmp_path: Path, settings: str, check: str, sentence: str, name: str) -> None:
    done = command(tmp_path, settings, name)
    assert done.returncode == 1
    assert done.stderr.count("dlq.E") == 1
    assert check in done.stderr
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
