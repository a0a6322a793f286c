"""Django's own checks of a deployment."""

from __future__ import annotations

import secrets
import subprocess
import sys
from pathlib import Path

from tests.commands.starts import REPOSITORY, clean


def check_deploy(folder: Path, **environment: object) -> str:
    result = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=REPOSITORY, env=clean(DATA_DIR=folder, **environment), capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    return result.stdout + result.stderr


def test_nothing_is_left_to_say_with_https_behind_a_proxy(tmp_path: Path) -> None:
    said = check_deploy(tmp_path, DJANGO_SECURE=1, DJANGO_PROXIES=1, DJANGO_SECRET_KEY=secrets.token_urlsafe(50))
    assert said == "System check identified no issues (0 silenced).\n"
    # The key that is made is as good.
    assert check_deploy(tmp_path, DJANGO_SECURE=1, DJANGO_PROXIES=1) == said


def test_it_complains_without(tmp_path: Path) -> None:
    assert "security.W012" in check_deploy(tmp_path)
