"""How much the memory of a web process grows: in a fresh process, which answers requests and watches its own size."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Sequence

import psutil

from bench.figures import Figure

MOST_MEGABYTES = 50
PAGES_SERVED = 50
INTERVAL = 0.001
"""Seconds between two looks."""


def measure() -> list[Figure]:
    return [
        _figure(f"memory, {PAGES_SERVED} list pages with their counts", "list"),
    ]


def _figure(name: str, what: str) -> Figure:
    child = subprocess.run([sys.executable, "-m", "bench.memory", what], check=True, stdout=subprocess.PIPE, text=True)
    grown = float(child.stdout)
    bound = f"less than {MOST_MEGABYTES} MB"
    return Figure(name, f"+{grown:.1f} MB", "", bound, grown < MOST_MEGABYTES)


def growth(call: Callable[[], object], processes: Sequence[psutil.Process] = ()) -> float:
    """Megabytes by which the highest resident size during the call exceeds the size before it; of the process that grows
    most, of this one if none is given."""
    before = {process: process.memory_info().rss for process in processes or (psutil.Process(),)}
    return highest(lambda: max(process.memory_info().rss - size for process, size in before.items()), call) / 2**20


def highest(look: Callable[[], float], call: Callable[[], object]) -> float:
    """The highest of what is seen during the call and after it."""
    seen = [look()]
    over = threading.Event()

    def watch() -> None:
        while not over.wait(INTERVAL):
            seen[0] = max(seen[0], look())

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        call()
    finally:
        over.set()
        watcher.join()
    return max(seen[0], look())


def _main(what: str) -> None:
    import django

    django.setup()
    from bench.visitor import LIST, START, Visitor

    visitor = Visitor()
    # A process that has answered once has everything loaded that every page needs.
    visitor.get(START)

    def serve_lists() -> None:
        for _page in range(PAGES_SERVED):
            visitor.get(LIST)
            visitor.get(f"{LIST}count/")

    def serve_requeue() -> None:
        visitor.requeue("?status=any")

    print(growth({"list": serve_lists, "requeue": serve_requeue}[what]))


if __name__ == "__main__":
    _main(sys.argv[1])
