"""Run the sections, print the table of figures, and end with 1 if a bound is broken."""

from __future__ import annotations

import os
import sys

from backfill_admin.postgres import ClusterError
from bench.figures import Figure, table
from bench.server import private_server

SECTIONS = ("list", "patterns", "statistics", "requeue", "memory")


def main() -> int:
    chosen = [name.strip() for name in os.environ.get("BENCH_ONLY", "").split(",") if name.strip()] or SECTIONS
    if unknown := set(chosen) - set(SECTIONS):
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
    from bench import fill, lists, memory, patterns, requeue, statistics

    fill.fill()
    figures: list[Figure] = []
    for name, section in zip(SECTIONS, (lists, patterns, statistics, requeue, memory), strict=True):
        if name in chosen:
            print(f"measuring: {name}", flush=True)
            figures += section.measure()
    return figures


if __name__ == "__main__":
    sys.exit(main())
