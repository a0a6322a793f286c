"""Who we are, and the account that root's PostgreSQL runs as."""

from __future__ import annotations

import os
import stat
from pathlib import Path

UNPRIVILEGED = "nobody"
"""PostgreSQL refuses to run as root, so a root user's server runs as this account, which every Unix has."""


def is_root() -> bool:
    return os.geteuid() == 0


def open_to_others(folder: Path) -> bool:
    """Whether every folder from the root down to this one (as far as it exists) lets other users pass."""
    folder = folder.absolute()
    return all(path.stat().st_mode & stat.S_IXOTH for path in (folder, *folder.parents) if path.exists())
