"""A Django project of somebody's own, written into a folder as its owner would have it, and its commands and web server."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import ProxyHandler, build_opener

from tests.commands.starts import PATIENCE, clean, free_port
from tests.installations.combinations import Combination
from tests.installations.dockerfile import command
from tests.installations.environments import Made

OWN_SETTINGS = "backfill_admin.settings"
SECRET = "s" * 50
SETTINGS = """
import os
from pathlib import Path

import dj_database_url

BASE_DIR = Path(__file__).resolve().parent
SECRET_KEY = os.environ["DJANGO_SECRET_KEY"]
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1"]
INSTALLED_APPS = [
    *{apps},
    "django.contrib.admin", "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions",
    "django.contrib.messages", "django.contrib.staticfiles",
    "django.contrib.postgres", "django_htmx", "dlq",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [{{
    "BACKEND": "django.template.backends.django.DjangoTemplates",
    "APP_DIRS": True,
    "OPTIONS": {{"context_processors": [
        "django.template.context_processors.request", "django.contrib.auth.context_processors.auth",
        "django.contrib.messages.context_processors.messages",
    ]}},
}}]
ROOT_URLCONF = "urls"
STATIC_URL = "static/"
WHITENOISE_USE_FINDERS = True
USE_TZ = True
DATABASES = {{"default": dj_database_url.parse(os.environ["DATABASE_URL"])}}
{settings}
"""


@dataclass(frozen=True)
class Project:
    """`folder` is its own, `url` the database of the queue."""

    combination: Combination
    environment: Made
    folder: Path
    url: str

    @classmethod
    def written(cls, combination: Combination, environment: Made, folder: Path, url: str) -> Project:
        folder.mkdir(exist_ok=True)
        if not combination.is_own:
            (folder / "settings.py").write_text(
                SETTINGS.format(apps=list(combination.apps), settings=combination.settings)
            )
            (folder / "urls.py").write_text(combination.urls)
        return cls(combination, environment, folder, url)

    @property
    def variables(self) -> dict[str, str]:
        own = self.combination.is_own
        given = {
            "DJANGO_SETTINGS_MODULE": OWN_SETTINGS if own else "settings",
            "DJANGO_SECRET_KEY": SECRET,
            "DJANGO_SUPERUSER_PASSWORD": "correct-horse",
            "DATABASE_URL": self.url,
            "PYTHONPATH": "" if own else str(self.folder),
            "PATH": f"{self.environment.folder / 'bin'}:{os.environ['PATH']}",
            **dict(self.combination.variables),
        }
        return {name: value for name, value in clean(**given).items() if value}

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Of Django's command line."""
        program = [str(self.environment.python), "-m", "django", *words]
        return subprocess.run(
            program, cwd=self.folder, env=self.variables, capture_output=True, text=True, timeout=120, check=False
        )

    def must(self, *words: str) -> str:
        done = self.command(*words)
        assert done.returncode == 0, f"{' '.join(words)} ended with {done.returncode}:\n{done.stdout}{done.stderr}"
        assert "Traceback" not in done.stderr, done.stderr
        return done.stdout

    @contextmanager
    def served(self) -> Iterator[str]:
        """The web server's address."""
        port = free_port()
        log = self.folder / "server.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [self.environment.python, "-m", *_server(self.combination, port)],
                cwd=self.folder, env=self.variables, stdout=output, stderr=output,
            )  # fmt: skip
        try:
            _wait(process, f"http://127.0.0.1:{port}", log)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(PATIENCE)


def _server(combination: Combination, port: int) -> list[str]:
    if combination.environment.is_image:
        return [word.replace("0.0.0.0:8000", f"127.0.0.1:{port}") for word in command()]
    module = "backfill_admin" if combination.is_own else "django.core"
    if combination.is_asgi:
        application = f"{module}.asgi:application" if combination.is_own else f"{module}.asgi:get_asgi_application"
        factory = [] if combination.is_own else ["--factory"]
        return ["uvicorn", application, *factory, "--port", str(port), "--log-level", "warning"]
    application = f"{module}.wsgi" if combination.is_own else f"{module}.wsgi:get_wsgi_application()"
    return [
        "gunicorn", application, "--bind", f"127.0.0.1:{port}", "--worker-class", "gthread", "--threads", "4",
        "--no-control-socket",
    ]  # fmt: skip


def _wait(process: subprocess.Popen[bytes], address: str, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    opener = build_opener(ProxyHandler({}))
    while True:
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        try:
            opener.open(f"{address}/nowhere", timeout=30).close()
        except HTTPError:
            return
        except OSError:
            time.sleep(0.05)
        else:
            return
