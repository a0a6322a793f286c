"""A private PostgreSQL server in one folder: the embedded server of the first run, and the server of the tests."""

from __future__ import annotations

import hashlib
import os
import pwd
import shlex
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from backfill_admin.account import UNPRIVILEGED, is_root
from backfill_admin.binaries import ClusterError, wheel_binaries

__all__ = ["Cluster", "ClusterError", "server_url", "wheel_binaries"]

LONGEST_SOCKET_FOLDER = 80
"""Bytes. A socket's path may have 107, of which PostgreSQL's own file names take a part."""

PORT = "5432"
"""Only a part of the socket's name: the server listens on no network."""


def socket_folder(data: Path) -> Path:
    """Where the server's only socket lies: the data folder, or a temporary one if that path is too long."""
    if len(os.fsencode(data)) <= LONGEST_SOCKET_FOLDER:
        return data
    digest = hashlib.sha256(os.fsencode(data)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"backfill-admin-{os.geteuid()}-{digest}"


def server_url(data: Path, database: str = "postgres") -> str:
    """The address of the server in that data folder. The port names the socket, and is written out against PGPORT."""
    return f"postgresql://postgres@/{quote(database)}?host={quote(str(socket_folder(data)), safe='')}&port={PORT}"


@dataclass(frozen=True)
class Cluster:
    """One server: its data folder and its programs. Starting a running server and stopping a stopped one do nothing."""

    data: Path
    binaries: Path

    def url(self, database: str = "postgres") -> str:
        return server_url(self.data, database)

    def is_running(self) -> bool:
        return (self.data / "PG_VERSION").exists() and self._run("pg_ctl", "status", "-D", self.data).returncode == 0

    def start(self, **settings: str) -> None:
        """Make the data folder if need be, start the server and wait until it answers.

        `settings` are PostgreSQL's own. Raises ClusterError with the server's last words.
        """
        sockets = socket_folder(self.data)
        for folder in {self.data, sockets}:
            _make_private(folder)
        if not (self.data / "PG_VERSION").exists():
            self._must(
                "initdb", "-D", self.data, "-U", "postgres", "--encoding=UTF8", "--locale=C.UTF-8", "--auth=trust"
            )
        if self.is_running():
            return
        options = {
            "listen_addresses": "''",
            "port": PORT,
            "unix_socket_directories": shlex.quote(str(sockets)),
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
                # PGPORT, PGOPTIONS and the like are meant for other servers.
                env={name: value for name, value in os.environ.items() if not name.startswith("PG")},
                user=UNPRIVILEGED if is_root() else None,
                group=pwd.getpwnam(UNPRIVILEGED).pw_gid if is_root() else None,
                extra_groups=[] if is_root() else None,
            )
            output.seek(0)
            return subprocess.CompletedProcess([program], status, output.read())


def _make_private(folder: Path) -> None:
    """Make a folder that only the server's account may enter. One that belongs to somebody else is refused."""
    owner = pwd.getpwnam(UNPRIVILEGED).pw_uid if is_root() else os.geteuid()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid not in {owner, os.geteuid()}:
        raise ClusterError(f"{folder} belongs to somebody else.")
    folder.chmod(0o700)
    os.chown(folder, owner, -1)
