"""The disk is full: what is read is shown, what would be written says so, and is done once there is room."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from backfill_admin.account import UNPRIVILEGED, is_root
from tests.faults.pages import around, broken, pages, works
from tests.faults.site import Server, Site

SMALL = ("graphile_worker.backfill_dlq", "dlq_bulkoperation", "graphile_worker._private_jobs")


@contextmanager
def small_disk() -> Iterator[Path]:
    """Of four megabytes; only root can make one."""
    if not is_root():
        pytest.skip("Only root can mount a small disk.")
    folder = Path(tempfile.mkdtemp(prefix="backfill-admin-small-"))
    folder.chmod(0o755)
    mount = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", folder], capture_output=True, check=False)
    if mount.returncode:
        folder.rmdir()
        pytest.skip("Nothing can be mounted here.")
    try:
        space = folder / "space"
        space.mkdir(mode=0o700)
        os.chown(space, pwd.getpwnam(UNPRIVILEGED).pw_uid, -1)
        yield space
    finally:
        subprocess.run(["umount", folder], check=True)
        shutil.rmtree(folder)


def test_pages_can_be_read_and_changes_say_so_when_the_disk_is_full(server: Server, site: Site) -> None:
    with small_disk() as disk:
        # Without the free places that earlier changes have left in the tables.
        server.sql(
            f"CREATE TABLESPACE small LOCATION '{disk}'",
            *(f"ALTER TABLE {one} SET TABLESPACE small" for one in SMALL),
            *(f"VACUUM FULL {one}" for one in SMALL),
        )
        filler = disk / "filler"
        try:
            with filler.open("wb") as full, pytest.raises(OSError, match="No space left"):
                full.write(bytes(8_000_000))
            # What is free in the last page of each is used up first.
            kept_away: set[str] = set()
            for _try in range(60):
                kept_away = broken(
                    site, [page for page in pages(site) if page.name == "requeue"], "run out of disk space"
                )
                if kept_away:
                    break
            assert kept_away == {"requeue"}
            assert broken(site, [*pages(site), *around(site)], "run out of disk space") <= {"requeue"}
        finally:
            filler.unlink()
            server.sql(*(f"ALTER TABLE {one} SET TABLESPACE pg_default" for one in SMALL), "DROP TABLESPACE small")
        works(site)
