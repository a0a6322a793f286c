"""Where the first run keeps its database, its secret key and its log files."""

from __future__ import annotations

from pathlib import Path

from backfill_admin.postgres import is_root, open_to_others

ROOTS_OWN = Path("/var/lib/backfill-admin")


def data_dir(configured: str) -> Path:
    """The folder that DATA_DIR names.

    For root only where every parent folder is open to others, else `ROOTS_OWN`: the embedded server runs as an
    unprivileged account that must be able to pass, and nobody's closed folder is opened for that.
    """
    folder = Path(configured).expanduser().absolute()
    if is_root() and not open_to_others(folder.parent):
        return ROOTS_OWN
    return folder
