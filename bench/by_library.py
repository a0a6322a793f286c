"""The backfill library itself, built by cargo, in a process of its own: requeues as it does, the queue's schema as it has it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from bench.server import REPOSITORY

if TYPE_CHECKING:
    from bench.windows import Window

CRATE = REPOSITORY / "bench" / "library"
BUILT = REPOSITORY / ".venv" / "library"
SCHEMA = "graphile_worker"
OWN_PAUSE = 50
"""Milliseconds that the library's batch endpoint waits after each entry, unless its caller says otherwise."""


def entries_per_second(window: Window, most: int, *, pause: int) -> float:
    """Requeue the newest entries of the window, at most 1,000 (the endpoint takes no more), `pause` milliseconds after each."""
    number, seconds = _run(os.environ["DATABASE_URL"], window.begin.isoformat(), window.end.isoformat(), most, pause)
    if number != most:
        raise AssertionError(f"the library requeued {number:g} of {most} entries")
    return number / seconds


def init_dlq(database_url: str, schema: str = SCHEMA) -> None:
    """The queue as the Rust port of graphile_worker makes or migrates it when the library starts, and the library's table."""
    command = [str(program(CRATE, "library-way"))]
    subprocess.run(command, env=environment(database_url, schema), check=True)


def environment(database_url: str, schema: str = SCHEMA) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        # The library's driver wants a host's name in the address, also beside a socket's folder.
        "DATABASE_URL": database_url.replace("@/", "@localhost/"),
        "DLQ_SCHEMA": schema,
    }


def _run(database_url: str, *arguments: object) -> tuple[float, float]:
    command = [str(program(CRATE, "library-way")), *map(str, arguments)]
    answer = subprocess.run(
        command, env=environment(database_url), check=True, stdout=subprocess.PIPE, text=True
    ).stdout
    number, seconds = map(float, answer.split())
    return number, seconds


@cache
def program(crate: Path, name: str) -> Path:
    """Built with what cargo fetches; a minute or two the first time."""
    cargo = shutil.which("cargo")
    if cargo is None:
        sys.exit("This takes the backfill library itself, which cargo builds: install Rust.")
    print("building the backfill library …", flush=True)
    command = [cargo, "build", "--release", "--quiet", "--manifest-path", str(crate / "Cargo.toml")]
    subprocess.run([*command, "--target-dir", str(BUILT)], check=True)
    return BUILT / "release" / name
