"""Requeue of everything that matches a filter, against its unavoidable parts and the library's way in the same run."""

from __future__ import annotations

from functools import partial
from statistics import median

from bench.figures import Figure
from bench.fill import OTHER_TASK
from bench.library import requeue_one_by_one
from bench.parts import empty_queue, seconds_of_bare_delete, seconds_of_requeue_parts, settle_down
from bench.timing import seconds_of
from bench.windows import Window, windows
from dlq.conf import conf
from dlq.filters import DlqFilterSet
from dlq.models import BackfillDlq, BulkOperation
from dlq.services.confirmation import Confirmation, begin
from dlq.services.operations import advance

ROUNDS = 3
LIBRARY_ENTRIES = 500
TIMES_AS_FAST = 40
MOST_OF_PARTS = 1.7
SPEED_OF_DELETE = 0.5
BUDGET = 3600.0
"""Seconds; more than any machine should need."""


def measure() -> list[Figure]:
    """Medians of rounds, in which ours, the parts and the library's way take turns.

    The library's way waits for the disk twice an entry, and a disk's good and bad moments must not decide.
    """
    ids = list(BackfillDlq.objects.filter(task_identifier=OTHER_TASK).values_list("pk", flat=True)[:LIBRARY_ENTRIES])
    fresh = iter(windows(4 * ROUNDS // 2))
    ours, theirs, parts, number = [], [], [], 0
    for round_number in range(ROUNDS):
        part = ids[round_number::ROUNDS]
        theirs.append(len(part) / seconds_of(partial(requeue_one_by_one, part)))
        empty_queue()
        first, second = next(fresh), next(fresh)
        # In turns, so that neither has the better half of the table or of the time.
        if round_number % 2:
            first, second = second, first
        settle_down()
        seconds, number = _requeue(first)
        ours.append(number / seconds)
        empty_queue()
        settle_down()
        chunks = second.chunks(conf.CHUNK_SIZE)
        parts.append(sum(map(len, chunks)) / seconds_of_requeue_parts(chunks, _operation("requeue", second)))
    print(
        f"entries/s, ours: {_rates(ours)}; the parts: {_rates(parts)}; the library's way: {_rates(theirs)}", flush=True
    )
    return [
        *_requeue_figures(number, len(ids), median(ours), median(parts), median(theirs)),
        *_delete_figures(),
    ]


def _requeue_figures(number: int, library: int, ours: float, parts: float, theirs: float) -> list[Figure]:
    of_parts, faster = parts / ours, ours / theirs
    return [
        Figure(f"requeue, the library's way, {library:,} entries", _rate(theirs), "1 x"),
        Figure(
            f"requeue, {number:,} matching entries, everything recorded",
            _rate(ours),
            f"{faster:.0f} x",
            f"at least {TIMES_AS_FAST} x",
            faster >= TIMES_AS_FAST,
        ),
        Figure(
            "… its time, of add_jobs, UPDATE and INSERT timed alone",
            _rate(parts),
            f"{of_parts:.2f} x",
            f"at most {MOST_OF_PARTS} x",
            of_parts <= MOST_OF_PARTS,
        ),
    ]


def _delete_figures() -> list[Figure]:
    bare, ours = [], []
    for first, second in zip(windows(8)[6:7], windows(8)[7:8], strict=True):
        chunks = first.chunks(conf.CHUNK_SIZE)
        settle_down()
        bare.append(sum(map(len, chunks)) / seconds_of_bare_delete(chunks))
        settle_down()
        seconds, number = _act("delete", second)
        ours.append(number / seconds)
    speed = median(ours) / median(bare)
    return [
        Figure("DELETE … RETURNING row_to_json into a bare table", _rate(median(bare)), "1 x"),
        Figure(
            "delete to the trash",
            _rate(median(ours)),
            f"{speed:.2f} x the speed",
            f"at least {SPEED_OF_DELETE} x",
            speed >= SPEED_OF_DELETE,
        ),
    ]


def _requeue(window: Window) -> tuple[float, int]:
    return _act("requeue", window)


def _act(kind: str, window: Window) -> tuple[float, int]:
    """Seconds and number of entries of what the pages call, from the confirmed page to the end."""
    begun = _operation(kind, window)  # the number and the first id come from the confirmation page
    seconds = seconds_of(lambda: advance(begun.pk, BUDGET))
    number = begun.expected or 0
    operation = BulkOperation.objects.get(pk=begun.pk)
    if operation.state != BulkOperation.State.DONE or operation.done_count != number:
        raise AssertionError(f"{kind} did {operation.done_count} of {number} entries, state {operation.state}")
    return seconds, number


def _operation(kind: str, window: Window) -> BulkOperation:
    confirmation = Confirmation.of(kind, 1, filterset=DlqFilterSet.of_pairs(window.pairs))
    first = window.entries.order_by("id").values_list("id", flat=True).first() or 1
    operation, _new = begin(confirmation.counted(window.entries.count(), first), actor="bench")
    return operation


def _rate(rate: float) -> str:
    return f"{rate:,.0f} entries/s"


def _rates(rates: list[float]) -> str:
    return ", ".join(f"{rate:,.0f}" for rate in rates)
