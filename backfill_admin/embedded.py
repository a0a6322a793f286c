"""The embedded server of the first run: which data folder and which PostgreSQL version it has."""

from __future__ import annotations

from pathlib import Path

from backfill_admin.postgres import Cluster, wheel_binaries

VERSION = 18


def embedded_cluster(data_dir: Path) -> Cluster:
    return Cluster(data_dir / f"postgres-{VERSION}", wheel_binaries(VERSION, copy_to=data_dir))
