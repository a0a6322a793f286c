"""Where the first run keeps its database, its secret key and its log files."""

from __future__ import annotations

from pathlib import Path

from backfill_admin.account import is_root, open_to_others

ROOTS_OWN = Path("/var/lib/backfill-admin")


def data_dir(configured: str) -> Path:
    """The folder that DATA_DIR names.

    For root only where it and every parent folder are open to others (as far as they exist), else `ROOTS_OWN`: the
    embedded server runs as an unprivileged account that must be able to pass, and nobody's closed folder is opened.
    """
    folder = Path(configured).expanduser().absolute()
    if is_root() and not open_to_others(folder):
        return ROOTS_OWN
    return folder


def make_data_dir(folder: Path) -> None:
    """Make the folder with its parents where they are missing; those that exist stay as they are.

    Root's are made open to others whatever the umask says, because of the account that the embedded server runs as.
    """
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    for path in reversed(missing):
        path.mkdir(exist_ok=True)
        if is_root():
            path.chmod(0o755)
