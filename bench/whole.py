"""A requeue of the whole table through the pages: what it costs the web process in memory, and the people beside it in time."""

from __future__ import annotations

import subprocess
import sys
import time
from statistics import median

from bench import fill
from bench.figures import Figure, milliseconds
from bench.parts import empty_queue
from bench.timing import seconds_of
from bench.visitor import LIST, Visitor
from dlq.db.statements import execute
from dlq.models import BulkOperation

PAGES = 50
MOST_TIMES_IDLE = 3
MOST_MEGABYTES = 50


def measure() -> list[Figure]:
    fill.fill()
    empty_queue()
    # What other sections requeued had the same ids.
    execute("TRUNCATE dlq_requeue")
    visitor = Visitor()
    visitor.get(LIST)
    idle = median(seconds_of(lambda: visitor.get(LIST)) for _page in range(PAGES))
    with subprocess.Popen(
        [sys.executable, "-m", "bench.memory", "requeue"], stdout=subprocess.PIPE, text=True
    ) as web_process:
        _wait_until_it_works()
        busy = median(seconds_of(lambda: visitor.get(LIST)) for _page in range(PAGES))
        still_at_work = BulkOperation.objects.filter(state=BulkOperation.State.RUNNING).exists()
        out, _none = web_process.communicate()
    if web_process.returncode or not still_at_work:
        raise AssertionError("the lists were to be measured while the operation was at work")
    operation = BulkOperation.objects.latest("pk")
    if operation.state != BulkOperation.State.DONE or operation.done_count != fill.ROWS:
        raise AssertionError(f"the requeue did {operation.done_count} of {fill.ROWS} entries")
    grown = float(out)
    return [
        Figure(f"list, median of {PAGES}, while nobody works", milliseconds(idle), "1 x"),
        Figure(
            f"… while another process requeues all {fill.ROWS:,} entries",
            milliseconds(busy),
            f"{busy / idle:.2f} x",
            f"at most {MOST_TIMES_IDLE} x",
            busy <= MOST_TIMES_IDLE * idle,
        ),
        Figure(
            f"memory of the web process, confirmation and requeue of {operation.done_count:,} entries",
            f"+{grown:.1f} MB",
            "",
            f"less than {MOST_MEGABYTES} MB",
            grown < MOST_MEGABYTES,
        ),
    ]


def _wait_until_it_works() -> None:
    while not BulkOperation.objects.filter(state=BulkOperation.State.RUNNING, done_count__gt=0).exists():
        time.sleep(0.05)
