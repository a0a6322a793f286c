"""Sorts entries into failure patterns: what is new first, then whatever a sweep over the rest finds, a chunk at a time.

It only reads the dead letter table, so it never makes a writer wait. One sorts at a time: whoever finds the state's row
locked goes away. Each chunk is a transaction in which the entries, the counts and the state move together.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from dlq.db import database_now, dicts
from dlq.models import CoarseKey, PatternHour, SortingState
from dlq.models.backfilldlq import TABLE
from dlq.models.pattern import FailurePattern
from dlq.patterns import VERSION
from dlq.patterns.tokens import MOST_CHARACTERS, TAIL_CHARACTERS, TELLING, WORD_WITH_DIGIT
from dlq.services.pattern_making import remember
from dlq.services.pattern_rules import move_to_present_rules
from dlq.sql import statement

CHUNK = 5_000
"""Entries looked at in one transaction: some tens of milliseconds' work."""
OVERLAP = timedelta(minutes=10)
"""failed_at is set when a transaction begins: entries become visible so much later at most, or are left to the sweep."""
LOOKED_A_CALL = 10_000
"""Entries that a call looks at, in each of its rounds, to find late, old and vanished ones, once everything was sorted."""
REQUEUE_OVERLAP = 10_000
"""Ids: requeues that were committed late, or whose entry had no pattern yet."""
ANSWERS_KEPT = timedelta(days=30)
"""Of coarse keys; one that is needed again is worked out again."""
FIRST_ID = -(2**63)
LAST_ID = 2**63 - 1


@dataclass
class Sorted:
    """What a call did."""

    entries: int = 0
    orphans: int = 0
    is_complete: bool = False
    """Whether everything was sorted that could be met; False where the budget ended first, or somebody else sorts."""


class _Elsewhere(Exception):
    """Somebody else sorts, or has newer rules."""


def sort_in(budget: float) -> Sorted:
    """Work for `budget` seconds at most (and the chunk that is begun), or until there is nothing left to do."""
    work = _Work(time.monotonic() + budget)
    with suppress(_Elsewhere):
        work.requeues()
        work.newest()
        work.late()
        work.sweep()
        work.orphans()
        work.requeues()
        work.done.is_complete = work.has_time
    return work.done


def forget_answers() -> int:
    """Empty the cache of what is old, so that texts that never come back don't fill it; and hours that have no entries left."""
    with suppress(_Elsewhere), transaction.atomic():
        _locked_state()
        PatternHour.objects.filter(entries__lte=0).delete()
        old, _by_model = CoarseKey.objects.filter(created_at__lt=database_now() - ANSWERS_KEPT).delete()
        return old
    return 0


def error_text() -> str:
    return statement("patterns/error_text", TABLE)


def parameters() -> dict[str, Any]:
    """What the statements that make coarse keys need."""
    return {
        "version": VERSION,
        "most": MOST_CHARACTERS,
        "tail": TAIL_CHARACTERS,
        "words": f"({TELLING})|{WORD_WITH_DIGIT}",
        "most_queues": FailurePattern.MOST_QUEUES,
    }


class _Work:
    def __init__(self, deadline: float) -> None:
        self.deadline = deadline
        self.done = Sorted()

    @property
    def has_time(self) -> bool:
        return time.monotonic() < self.deadline

    def _chunks(self, step: Callable[[SortingState], bool]) -> None:
        """Call `step` with the locked state, a transaction each, until it returns False or the time is spent."""
        more = True
        while more and self.has_time:
            with transaction.atomic():
                more = step(_locked_state())

    def newest(self) -> None:
        """Those that failed since the last call."""
        place: dict[str, Any] = {}

        def step(state: SortingState) -> bool:
            now = database_now()
            if not place:
                place.update(after=state.newest_through or now - OVERLAP, after_id=FIRST_ID)
            window = self._window("patterns/next_newest", place)
            if window["number"]:
                place.update(after=window["after"], after_id=window["after_id"])
            is_last = window["number"] < CHUNK
            through = now if is_last else min(window["after"], now)
            _set(state, newest_through=max(through, state.newest_through or through), sorted_at=now)
            return not is_last

        self._chunks(step)

    def late(self) -> None:
        """Those of the last minutes that were committed late, round and round; LOOKED_A_CALL a call, however many there are."""
        looked = 0

        def step(state: SortingState) -> bool:
            nonlocal looked
            through = state.newest_through or database_now()
            after = max(state.late_after or through - OVERLAP, through - OVERLAP)
            window = self._window("patterns/next_newest", {"after": after, "after_id": state.late_after_id})
            looked += window["number"]
            at_end = window["number"] < CHUNK or window["after"] > through
            if at_end:
                _set(state, late_after=None, late_after_id=FIRST_ID)
            else:
                _set(state, late_after=window["after"], late_after_id=window["after_id"])
            return not at_end and looked < LOOKED_A_CALL

        self._chunks(step)

    def sweep(self) -> None:
        """Downwards from the highest id. After the first time around a call looks at LOOKED_A_CALL entries only."""
        looked = 0

        def step(state: SortingState) -> bool:
            nonlocal looked
            window = self._window("patterns/next_below", {"below": state.sweep_below or LAST_ID})
            looked += window["number"] if state.has_swept and not window["ids"] else 0
            at_end = window["number"] < CHUNK
            _set(state, sweep_below=None if at_end else window["below"], has_swept=state.has_swept or at_end)
            return not at_end and looked < LOOKED_A_CALL

        self._chunks(step)

    def _window(self, name: str, place: Mapping[str, Any]) -> dict[str, Any]:
        """Sort what is not sorted in the next window, and say where it ends."""
        window = dicts(statement(name, TABLE), {**place, "limit": CHUNK, "version": VERSION})[0]
        if window["ids"]:
            _sort(window["ids"])
            self.done.entries += len(window["ids"])
        return window

    def orphans(self) -> None:
        looked = 0

        def step(state: SortingState) -> bool:
            nonlocal looked
            window = dicts(statement("patterns/clean", TABLE), {"after": state.orphans_after, "limit": CHUNK})[0]
            self.done.orphans += window["orphans"]
            looked += window["number"] if not window["orphans"] else 0
            at_end = window["number"] < CHUNK
            _set(state, orphans_after=FIRST_ID if at_end else window["after"])
            return not at_end and looked < LOOKED_A_CALL

        self._chunks(step)

    def requeues(self) -> None:
        """Only once the entries were swept: before, most requeued ones have no pattern yet."""
        after: int | None = None

        def step(state: SortingState) -> bool:
            nonlocal after
            if not state.has_swept:
                return False
            after = max(state.requeues_after - REQUEUE_OVERLAP, 0) if after is None else after
            window = dicts(statement("patterns/attach_requeues", TABLE), {"after": after, "limit": CHUNK})[0]
            after = window["after"] or after
            _set(state, requeues_after=max(state.requeues_after, after))
            return bool(window["number"] == CHUNK)

        self._chunks(step)


def _locked_state() -> SortingState:
    """The state, ours until the transaction ends, by the present rules."""
    SortingState.objects.get_or_create(pk=1, defaults={"version": VERSION})
    state = SortingState.objects.select_for_update(skip_locked=True).filter(pk=1).first()
    if state is None or state.version > VERSION:
        raise _Elsewhere
    if state.version < VERSION:
        move_to_present_rules()
        _set(state, version=VERSION, sweep_below=None, has_swept=False)
    return state


def _set(state: SortingState, **values: Any) -> None:
    for name, value in values.items():
        setattr(state, name, value)
    state.save(update_fields=values)


def _sort(ids: list[int]) -> None:
    """Sort these entries; first those whose key is known, then, with the answers, the others."""
    query = statement(
        "patterns/sort", TABLE, coarse_key=statement("patterns/coarse_key", TABLE), error_text=error_text()
    )
    unknown = dicts(query, {**parameters(), "ids": ids})
    if unknown:
        answered = remember({row["entry_id"]: row["key"] for row in unknown}, error_text(), parameters())
        # Those whose key was known are sorted already: a second time changes nothing.
        if answered:
            dicts(query, {**parameters(), "ids": ids})


def sorted_at() -> datetime | None:
    return SortingState.objects.filter(pk=1).values_list("sorted_at", flat=True).first()
