"""Groups entries into failure patterns: what is new first, then whatever a sweep over the rest finds, a chunk at a time.

It only reads the dead letter table, so it never makes a writer wait. One process groups at a time: another one finds the
state's row locked and returns. Each chunk is a transaction in which the entries, the counts and the state move together.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from dlq.db.database import atomic
from dlq.db.statements import database_now, dicts
from dlq.models import ClassifierState
from dlq.models.failurepattern import FailurePattern
from dlq.patterns.discovery import discover
from dlq.patterns.fingerprint import VERSION
from dlq.patterns.fingerprint.tokens import MOST_CHARACTERS, TAIL_CHARACTERS, TELLING, WORD_WITH_DIGIT
from dlq.patterns.learned_merging import place
from dlq.patterns.merging import move_to_present_rules
from dlq.patterns.recounting import recount_next, recount_requeued
from dlq.redaction.masked_columns import masked_json, masked_text
from dlq.table.location import TABLE

CHUNK = 5_000
"""Entries scanned in one transaction: some tens of milliseconds' work."""
OVERLAP = timedelta(minutes=10)
"""failed_at is set when a transaction begins: entries become visible so much later at most, or are left to the sweep."""
SCANNED_A_CALL = 10_000
"""Entries that a call looks at, in each of its rounds, to find late, old and vanished ones, once everything is grouped."""
REQUEUE_OVERLAP = 10_000
"""Ids: requeues that were committed late, or whose entry had no pattern yet."""
KEYS_KEPT_FOR = timedelta(days=30)
"""Of coarse keys; one that is needed again is worked out again."""
FIRST_ID = -(2**63)
LAST_ID = 2**63 - 1


@dataclass
class Classified:
    """What a call did."""

    entries: int = 0
    orphans: int = 0
    is_complete: bool = False
    """Whether everything was grouped that could be met; False where the budget ended first, or another process groups."""


class _Elsewhere(Exception):
    """Another process groups, or has newer rules."""


def classify(budget: float) -> Classified:
    """Work for `budget` seconds at most (and the chunk that was started), or until there is nothing left to do."""
    work = Classification(time.monotonic() + budget)
    with suppress(_Elsewhere):
        work.requeues()
        work.newest()
        work.late()
        work.sweep()
        work.recount()
        work.orphans()
        work.requeues()
        work.done.is_complete = work.has_time
    return work.done


def alone(do: Callable[[], int]) -> int:
    """`do` in a transaction in which nothing is grouped; 0 where another process groups."""
    with suppress(_Elsewhere), atomic():
        _locked_state()
        return do()
    return 0


def error_text() -> str:
    """What is masked is no part of it: failures that differ in their secrets only are the same, and no title tells one."""
    return TABLE.statement(
        "patterns/error_text", last_error=masked_json("e.last_error"), failure_reason=masked_text("e.failure_reason")
    )


def parameters() -> dict[str, Any]:
    """What the statements that make coarse keys need."""
    return {
        "version": VERSION,
        "most": MOST_CHARACTERS,
        "tail": TAIL_CHARACTERS,
        "words": f"({TELLING})|{WORD_WITH_DIGIT}",
        "most_queues": FailurePattern.MOST_QUEUES,
    }


class Classification:
    def __init__(self, deadline: float) -> None:
        self.deadline = deadline
        self.done = Classified()

    @property
    def has_time(self) -> bool:
        return time.monotonic() < self.deadline

    def _chunks(self, step: Callable[[ClassifierState], bool]) -> None:
        """Call `step` with the locked state, a transaction each, until it returns False or the time is spent."""
        more = True
        while more and self.has_time:
            with atomic():
                more = step(_locked_state())

    def newest(self) -> None:
        """Those that failed since the last call."""
        cursor: dict[str, Any] = {}

        def step(state: ClassifierState) -> bool:
            now = database_now()
            if not cursor:
                cursor.update(after=state.newest_through or now - OVERLAP, after_id=FIRST_ID)
            slice_ = self._slice("patterns/next_newest", cursor)
            if slice_["number"]:
                cursor.update(after=slice_["after"], after_id=slice_["after_id"])
            is_last = slice_["number"] < CHUNK
            through = now if is_last else min(slice_["after"], now)
            _set(state, newest_through=max(through, state.newest_through or through), grouped_at=now)
            return not is_last

        self._chunks(step)

    def late(self) -> None:
        """Those of the last minutes that were committed late, round and round; SCANNED_A_CALL a call, however many there are."""
        scanned = 0

        def step(state: ClassifierState) -> bool:
            nonlocal scanned
            through = state.newest_through or database_now()
            after = max(state.late_after or through - OVERLAP, through - OVERLAP)
            slice_ = self._slice("patterns/next_newest", {"after": after, "after_id": state.late_after_id})
            scanned += slice_["number"]
            at_end = slice_["number"] < CHUNK or slice_["after"] > through
            if at_end:
                _set(state, late_after=None, late_after_id=FIRST_ID)
            else:
                _set(state, late_after=slice_["after"], late_after_id=slice_["after_id"])
            return not at_end and scanned < SCANNED_A_CALL

        self._chunks(step)

    def sweep(self) -> None:
        """Downwards from the highest id. After the first time around a call looks at SCANNED_A_CALL entries only."""
        scanned = 0

        def step(state: ClassifierState) -> bool:
            nonlocal scanned
            slice_ = self._slice(
                "patterns/next_below", {"below": LAST_ID if state.sweep_below is None else state.sweep_below}
            )
            scanned += slice_["number"] if state.has_swept and not slice_["ids"] else 0
            at_end = slice_["number"] < CHUNK
            _set(state, sweep_below=None if at_end else slice_["below"], has_swept=state.has_swept or at_end)
            return not at_end and scanned < SCANNED_A_CALL

        self._chunks(step)

    def _slice(self, name: str, cursor: Mapping[str, Any]) -> dict[str, Any]:
        """Group what is not grouped in the next slice, and say where it ends."""
        slice_ = dicts(TABLE.statement(name), {**cursor, "limit": CHUNK, "version": VERSION})[0]
        if slice_["ids"]:
            _group(slice_["ids"])
            self.done.entries += len(slice_["ids"])
        return slice_

    def recount(self) -> None:
        def step(_state: ClassifierState) -> bool:
            recount_requeued()
            return False

        self._chunks(step)

    def orphans(self) -> None:
        """Those whose entry is gone; and the others' counts are corrected."""
        scanned = 0

        def step(state: ClassifierState) -> bool:
            nonlocal scanned
            bounds = {"after": state.orphans_after, "limit": CHUNK}
            (slice_,) = dicts(TABLE.statement("patterns/remove_orphans"), bounds)
            corrected = recount_next(**bounds)
            self.done.orphans += slice_["orphans"]
            scanned += slice_["number"] if not slice_["orphans"] and not corrected else 0
            at_end = slice_["number"] < CHUNK
            _set(state, orphans_after=FIRST_ID if at_end else slice_["after"])
            return not at_end and scanned < SCANNED_A_CALL

        self._chunks(step)

    def requeues(self) -> None:
        """Only once the entries were swept: before, most requeued ones have no pattern yet."""
        after: int | None = None

        def step(state: ClassifierState) -> bool:
            nonlocal after
            if not state.has_swept:
                return False
            after = max(state.requeues_after - REQUEUE_OVERLAP, 0) if after is None else after
            slice_ = dicts(TABLE.statement("patterns/attach_requeues"), {"after": after, "limit": CHUNK})[0]
            after = slice_["after"] or after
            _set(state, requeues_after=max(state.requeues_after, after))
            return bool(slice_["number"] == CHUNK)

        self._chunks(step)


def _locked_state() -> ClassifierState:
    """The state, ours until the transaction ends, by the present rules."""
    ClassifierState.objects.get_or_create(pk=1, defaults={"version": VERSION})
    state = ClassifierState.objects.select_for_update(skip_locked=True).filter(pk=1).first()
    if state is None or state.version > VERSION:
        raise _Elsewhere
    if state.version < VERSION:
        for task in move_to_present_rules():
            place(task, ())
        _set(state, version=VERSION, sweep_below=None, has_swept=False)
    return state


def _set(state: ClassifierState, **values: Any) -> None:
    for name, value in values.items():
        setattr(state, name, value)
    state.save(update_fields=values)


def _group(ids: list[int]) -> None:
    """Group these entries; first those whose key is known, then, once their patterns are found, the others."""
    query = TABLE.statement(
        "patterns/classify", coarse_key=TABLE.statement("patterns/coarse_key"), error_text=error_text()
    )
    unknown = dicts(query, {**parameters(), "ids": ids})
    if unknown:
        found = discover({row["entry_id"]: row["key"] for row in unknown}, error_text(), parameters())
        # Those whose key was known are grouped already: a second time changes nothing.
        if found:
            dicts(query, {**parameters(), "ids": ids})
