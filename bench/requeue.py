"""Requeue of everything that matches a filter, against its unavoidable parts in the same run; beside it the library's way."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

from bench.by_library import OWN_PAUSE, entries_per_second
from bench.figures import Figure
from bench.parts import empty_queue, seconds_of_bare_delete, seconds_of_requeue_parts, settle_down
from bench.timing import seconds_of
from bench.windows import Window, windows
from dlq.conf import conf
from dlq.filters import DlqFilterSet
from dlq.models import BulkOperation
from dlq.operations.confirmation import Confirmation, begin
from dlq.operations.overview import overview
from dlq.operations.runner import advance

ROUNDS = 3
LIBRARY_ENTRIES, PAUSED_ENTRIES = 500, 40
MOST_OF_PARTS = 1.35
SPEED_OF_DELETE = 0.5
BUDGET = 3600.0
"""Seconds; more than any machine should need."""


def measure() -> list[Figure]:
    return [*_delete_figures(), *_requeue_figures()]


def _requeue_figures() -> Iterator[Figure]:
    """Medians of rounds, in which ours, the parts and the library's way take turns.

    The library's way waits for the disk twice an entry, and a disk's good and bad moments must not decide.
    """
    fresh = iter(windows(2 * ROUNDS))
    for_library = windows(29, days=1)[28]
    ours, theirs, parts, number = [], [], [], 0
    for round_number in range(ROUNDS):
        theirs.append(entries_per_second(for_library, LIBRARY_ENTRIES, pause=0))
        empty_queue()
        first, second = next(fresh), next(fresh)
        # In turns, so that neither has the better half of the table or of the time.
        if round_number % 2:
            first, second = second, first
        settle_down()
        seconds, number = _act("requeue", first)
        ours.append(number / seconds)
        empty_queue()
        settle_down()
        chunks = second.chunks(conf.CHUNK_SIZE)
        parts.append(sum(map(len, chunks)) / seconds_of_requeue_parts(chunks, _operation("requeue", second)))
    paused = entries_per_second(for_library, PAUSED_ENTRIES, pause=OWN_PAUSE)
    empty_queue()
    print(
        f"entries/s, ours: {_rates(ours)}; the parts: {_rates(parts)}; the library's way: {_rates(theirs)}", flush=True
    )
    faster, of_parts = median(ours) / median(theirs), median(parts) / median(ours)
    yield Figure("the library's batch requeue without its pauses", _rate(median(theirs)), "1 x")
    yield Figure("the same as it is, with a pause after each entry", _rate(paused), f"{paused / median(theirs):.2f} x")
    yield Figure(
        f"requeue, {number:,} matching entries, everything recorded",
        _rate(median(ours)),
        f"{faster:.0f} x; {median(ours) / paused:,.0f} x with its pauses",
    )
    yield Figure(
        "… its time, of add_jobs, UPDATE and INSERT timed alone",
        _rate(median(parts)),
        f"{of_parts:.2f} x",
        f"at most {MOST_OF_PARTS} x",
        of_parts <= MOST_OF_PARTS,
    )


def _delete_figures() -> Iterator[Figure]:
    """Medians over ten days that no requeue touches, before all requeues: their writes would be felt for minutes."""
    bare, ours = [], []
    days = windows(28, days=1)[18:]
    for first, second in zip(days[::2], days[1::2], strict=True):
        chunks = first.chunks(conf.CHUNK_SIZE)
        settle_down()
        bare.append(sum(map(len, chunks)) / seconds_of_bare_delete(chunks))
        settle_down()
        seconds, number = _act("delete", second)
        ours.append(number / seconds)
    print(f"entries/s, delete: {_rates(ours)}; the bare one: {_rates(bare)}", flush=True)
    speed = median(ours) / median(bare)
    yield Figure("DELETE … RETURNING row_to_json into a bare table", _rate(median(bare)), "1 x")
    yield Figure(
        "delete to the trash",
        _rate(median(ours)),
        f"{speed:.2f} x the speed",
        f"at least {SPEED_OF_DELETE} x",
        speed >= SPEED_OF_DELETE,
    )


def _act(kind: str, window: Window) -> tuple[float, int]:
    """Seconds and number of entries of what the pages call, from the confirmed page to the end."""
    started = _operation(kind, window)  # the number and the first id come from the confirmation page
    seconds = seconds_of(lambda: advance(started.pk, BUDGET))
    number = started.expected or 0
    operation = BulkOperation.objects.get(pk=started.pk)
    if operation.state != BulkOperation.State.DONE or operation.done_count != number:
        raise AssertionError(f"{kind} did {operation.done_count} of {number} entries, state {operation.state}")
    return seconds, number


def _operation(kind: str, window: Window) -> BulkOperation:
    confirmation = Confirmation.of(kind, 1, filterset=DlqFilterSet.of_pairs(window.pairs))
    shown = overview(confirmation.as_operation(), exactly=True)
    operation, _new = begin(confirmation.counted(shown.count, shown.ids), actor="bench")
    return operation


def _rate(rate: float) -> str:
    return f"{rate:,.0f} entries/s"


def _rates(rates: list[float]) -> str:
    return ", ".join(f"{rate:,.0f}" for rate in rates)
