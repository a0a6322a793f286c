"""`make installations`: the probe over the combinations, those that differ most, or (ALL=1) all; and the table of results."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
import traceback
from pathlib import Path

from tests.installations.combinations import COMBINATIONS, Combination
from tests.installations.environments import Environment, Made, make
from tests.installations.queues import queue_servers
from tests.installations.results import Result, write
from tests.installations.trial import trial

ONLY = os.environ.get("ONLY", "")
"""Part of a combination's name."""


def main() -> int:
    kept = os.environ.get("INSTALLATIONS_HOME", "")
    folder = Path(kept or tempfile.mkdtemp(prefix="backfill-admin-installations-"))
    folder.mkdir(exist_ok=True)
    folder.chmod(0o755)
    chosen = [one for one in COMBINATIONS if (os.environ.get("ALL") or ONLY or one.quick) and ONLY in one.name]
    try:
        results = [*_results(chosen, folder)]
    finally:
        if not kept:
            shutil.rmtree(folder)
    if os.environ.get("ALL") and not ONLY:
        write(results)
    return sum(not one.works for one in results)


def _results(chosen: list[Combination], folder: Path) -> list[Result]:
    made: dict[Environment, Made] = {}
    results = []
    with queue_servers(folder) as server_of:
        for combination in chosen:
            for environment in filter(None, (combination.before_it, combination.environment)):
                if environment not in made:
                    began = time.monotonic()
                    made[environment] = make(environment, folder)
                    print(f"{environment.name}: {time.monotonic() - began:.0f} s", flush=True)
            began = time.monotonic()
            problem, about = "", made[combination.environment].versions()
            try:
                server = server_of(combination.postgres)
                trial(combination, made, server)
                about |= {"PostgreSQL": server.version, "queue": server.made[combination.queue][1]}
            except Exception:
                problem = traceback.format_exc()
            results.append(Result(combination, about, problem))
            print(
                f"{'FAILED' if problem else 'works '} {time.monotonic() - began:5.1f} s  {combination.name}",
                problem,
                flush=True,
            )
    return results


if __name__ == "__main__":
    sys.exit(main())
