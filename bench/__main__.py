"""Run the sections, print the table of figures, and end with 1 if a bound is broken."""

from __future__ import annotations

import os
import sys

from backfill_admin.postgres import ClusterError
from bench.figures import Figure, table
from bench.server import private_server

NO_INDEX = "noindex"
"""Chosen beside search: leave out the indexes, which take long to build."""
# In order: what changes when entries failed comes behind what counts by time.
SECTIONS = (
    "list",
    "export",
    "redaction",
    "viewers",
    "crowd",
    "limits",
    "search",
    "patterns",
    "statistics",
    "requeue",
    "memory",
    "ties",
    "whole",
)


def main() -> int:
    chosen = [name.strip() for name in os.environ.get("BENCH_ONLY", "").split(",") if name.strip()] or SECTIONS
    if unknown := set(chosen) - {*SECTIONS, NO_INDEX}:
        sys.exit(f"BENCH_ONLY has no {', '.join(sorted(unknown))}: choose from {', '.join(SECTIONS)}.")
    try:
        with private_server():
            figures = _figures(chosen)
    except ClusterError as error:
        sys.exit(str(error))
    print(f"\n{table(figures)}\n")
    broken = [figure for figure in figures if figure.holds is False]
    for figure in broken:
        print(f"BROKEN: {figure.name}: {figure.measured} {figure.ratio}, promised {figure.bound}.")
    return 1 if broken else 0


def _figures(chosen: list[str] | tuple[str, ...]) -> list[Figure]:
    # Only now: these need Django set up.
    from bench import (
        crowd,
        export,
        fill,
        limits,
        lists,
        memory,
        patterns,
        redaction,
        requeue,
        search,
        statistics,
        ties,
        viewers,
        whole,
    )

    small: dict[str, float] = {}
    if "list" in chosen:
        fill.fill(fill.SMALL)
        print("measuring: list, on the small table", flush=True)
        small = lists.measure_small()
    fill.fill()
    measured = {
        "list": lambda: lists.measure(small),
        "export": export.measure,
        "redaction": redaction.measure,
        "viewers": viewers.measure,
        "crowd": crowd.measure,
        "limits": limits.measure,
        "search": lambda: search.measure(build=NO_INDEX not in chosen),
        "patterns": patterns.measure,
        "statistics": statistics.measure,
        "requeue": requeue.measure,
        "memory": memory.measure,
        "ties": ties.measure,
        "whole": whole.measure,
    }
    figures: list[Figure] = []
    for name in SECTIONS:
        if name in chosen:
            print(f"measuring: {name}", flush=True)
            figures += measured[name]()
            print(table(figures), flush=True)
    return figures


if __name__ == "__main__":
    sys.exit(main())
