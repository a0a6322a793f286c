"""Requeue as the backfill library does it: the library itself, built by cargo, in a process of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

from bench.server import REPOSITORY
from bench.windows import Window
from dlq.models.backfilldlq import TABLE

CRATE = REPOSITORY / "bench" / "library"
BUILT = REPOSITORY / ".venv" / "library"
OWN_PAUSE = 50
"""Milliseconds that the library's batch endpoint waits after each entry, unless its caller says otherwise."""


def entries_per_second(window: Window, most: int, *, pause: int) -> float:
    """Requeue the newest entries of the window, at most 1,000 (the endpoint takes no more), `pause` milliseconds after each."""
    # The library's driver wants a host's name in the address, also beside a socket's folder.
    environment = {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": os.environ["DATABASE_URL"].replace("@/", "@localhost/"),
        "DLQ_SCHEMA": TABLE.schema,
    }
    arguments = (window.begin.isoformat(), window.end.isoformat(), str(most), str(pause))
    answer = subprocess.run(
        [_program(), *arguments], env=environment, check=True, stdout=subprocess.PIPE, text=True
    ).stdout
    number, seconds = answer.split()
    if int(number) != most:
        raise AssertionError(f"the library requeued {number} of {most} entries")
    return int(number) / float(seconds)


@cache
def _program() -> Path:
    """Built with what cargo fetches; a minute or two the first time."""
    cargo = shutil.which("cargo")
    if cargo is None:
        sys.exit(
            "The section requeue compares with the backfill library itself, which takes cargo to build: install Rust."
        )
    print("building the backfill library …", flush=True)
    command = [cargo, "build", "--release", "--quiet", "--manifest-path", str(CRATE / "Cargo.toml")]
    subprocess.run([*command, "--target-dir", str(BUILT)], check=True)
    return BUILT / "release" / "library-way"
