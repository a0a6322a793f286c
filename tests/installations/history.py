"""The version before this one, out of the repository's history."""

from __future__ import annotations

import io
import subprocess
import tarfile
from pathlib import Path

from tests.commands.starts import REPOSITORY


def version_before(folder: Path) -> Path:
    """Its source, in `folder`: that of the commit before the newest migration came."""
    newest = max((REPOSITORY / "dlq/migrations").glob("0*.py"))
    path = newest.relative_to(REPOSITORY).as_posix()
    # By the first parents: a merge brings a migration to main.
    came = _git("log", "-m", "--first-parent", "--diff-filter=A", "-1", "--format=%H", "--", path).decode().strip()
    if not came:
        raise RuntimeError(f"The history of {path} is missing: this is tried in a clone that has all of it.")
    with tarfile.open(fileobj=io.BytesIO(_git("archive", f"{came}^"))) as archive:
        archive.extractall(folder, filter="data")
    return folder


def _git(*words: str) -> bytes:
    return subprocess.run(["git", "-C", str(REPOSITORY), *words], capture_output=True, check=True).stdout
