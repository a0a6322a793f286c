"""Medians of several calls, taken in turns so that a busy moment of the machine meets all of them alike."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from functools import partial
from statistics import median

SLOW = 0.5
"""Seconds. A call that takes longer is repeated FEW times only: noise is small beside it."""
FEW = 3
VERY_SLOW = 5.0
"""Seconds. A call that takes longer is not repeated at all: its first time counts."""
FRAMES_A_ROUND = 8
"""CPython keeps frames in chunks of 16 KB and gives the last one back as soon as it is left. A loop whose calls go to and fro
over the end of one pays for a chunk each time, up to half of a page's time. So each round begins at another depth, a KB further,
and the median is of a page without that bad luck."""


def seconds_of(call: Callable[[], object]) -> float:
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def _at_depth(frames: int, call: Callable[[], object]) -> object:
    return _at_depth(frames - 1, call) if frames else call()


def medians(calls: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Seconds by name: each call once unmeasured to fill caches, then once a round in turn."""
    first = {name: seconds_of(call) for name, call in calls.items()}
    times: defaultdict[str, list[float]] = defaultdict(list)
    for name, seconds in first.items():
        if seconds > VERY_SLOW:
            times[name].append(seconds)
    for number in range(rounds):
        for name, call in calls.items():
            if first[name] <= VERY_SLOW and (len(times[name]) < FEW or median(times[name]) < SLOW):
                times[name].append(seconds_of(partial(_at_depth, number * FRAMES_A_ROUND, call)))
    return {name: median(measured) for name, measured in times.items()}
