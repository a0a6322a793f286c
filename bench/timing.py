"""Medians of several calls, taken in turns so that a busy moment of the machine meets all of them alike."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from statistics import median

SLOW = 0.5
"""Seconds. A call that takes longer is repeated FEW times only: noise is small beside it."""
FEW = 3
VERY_SLOW = 5.0
"""Seconds. A call that takes longer is not repeated at all: its first time counts."""


def seconds_of(call: Callable[[], object]) -> float:
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def medians(calls: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Seconds by name: each call once unmeasured to fill caches, then once a round in turn."""
    first = {name: seconds_of(call) for name, call in calls.items()}
    times: defaultdict[str, list[float]] = defaultdict(list)
    for name, seconds in first.items():
        if seconds > VERY_SLOW:
            times[name].append(seconds)
    for _round in range(rounds):
        for name, call in calls.items():
            if first[name] <= VERY_SLOW and (len(times[name]) < FEW or median(times[name]) < SLOW):
                times[name].append(seconds_of(call))
    return {name: median(measured) for name, measured in times.items()}
