"""The embedded server of the first run: which data folder and which PostgreSQL version it has."""

from __future__ import annotations

from pathlib import Path

from backfill_admin.postgres import Cluster, server_url, wheel_binaries

VERSION = 18


def _data(data_dir: Path) -> Path:
    return data_dir / f"postgres-{VERSION}"


def embedded_url(data_dir: Path) -> str:
    """Where the server answers once it runs. Needs neither its programs nor its data."""
    return server_url(_data(data_dir))


def embedded_cluster(data_dir: Path) -> Cluster:
    return Cluster(_data(data_dir), wheel_binaries(VERSION, copy_to=data_dir))
