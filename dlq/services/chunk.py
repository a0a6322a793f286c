"""One chunk of an operation: what came of it, and the next entries that it may act on."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TypeVar

from django.db import DatabaseError, OperationalError, transaction
from django.db.models import QuerySet
from psycopg.errors import LockNotAvailable

from dlq.db import execute
from dlq.models import BackfillDlq, BulkOperation
from dlq.reasons import Reason
from dlq.services.ahead import Ahead, next_ids, size_of
from dlq.services.selection import matching

T = TypeVar("T")

_BOLD: ContextVar[bool] = ContextVar("bold", default=False)

LOCK_TRIES = 3
LOCK_TIMEOUT = "500ms"
"""A try's patience with a row that somebody else is changing. Short: others wait for the rows that we hold."""
SHORT_OF_PATIENCE = f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'"
SAID_AT_ONCE = "SET CONSTRAINTS ALL IMMEDIATE"
"""What deferred constraints of the owner's would say only at the commit, of the whole chunk, they say of their rows."""
FRESHLY_PLANNED = "SET LOCAL plan_cache_mode = force_custom_plan"
"""The engine's functions keep their plans as long as a connection lasts; one for an empty queue does not suit a million jobs."""
LOCKED_SECONDS = 6.0
"""How long a chunk goes on looking for the rows that others hold; what it has not told apart by then counts as held."""
ROW_ERRORS = ("22", "23", "44", "54", "P0")
"""Classes of SQLSTATE that one row can cause: data, constraint, view's check, program limit, an owner's trigger."""


@dataclass
class Outcome:
    """What became of the entries of one chunk: how many were acted on, and why each of the others was not."""

    done: int = 0
    skipped: dict[int, Reason] = field(default_factory=dict)
    failed: dict[int, Reason] = field(default_factory=dict)


@dataclass(frozen=True)
class Window:
    """The next entries in id order: locked ones to act on, those that are passed over, and where the window ends."""

    locked: list[int]
    skipped: dict[int, Reason]
    cursor: int
    is_last: bool
    """Whether the operation has nothing behind it."""

    @property
    def is_empty(self) -> bool:
        return not self.locked and not self.skipped


@contextmanager
def boldly() -> Iterator[None]:
    """Within it a chunk is tried without savepoints, which cost it a twentieth of its time.

    What stands in its way (`is_an_obstacle`) then comes out as the DatabaseError that it is and undoes the whole chunk,
    which is to be done again, carefully.
    """
    before = _BOLD.set(True)
    try:
        yield
    finally:
        _BOLD.reset(before)


def is_an_obstacle(error: DatabaseError) -> bool:
    """Whether one row, or somebody who holds one, is the cause."""
    return isinstance(error.__cause__, LockNotAvailable) or _is_about_a_row(error)


def next_window(operation: BulkOperation, ahead: Ahead) -> Window:
    """Find and lock the operation's next entries, in id order."""
    if operation.entry_ids is None and (found := _patiently(lambda: ahead.lock(operation))):
        locked, is_last = found
        return Window(locked, {}, max(locked, default=operation.cursor), is_last)
    # Somebody holds a row for long, or ticked entries, each of which gets an answer: look first, then lock.
    while candidates := next_ids(operation):
        window = _lock(operation, candidates)
        if not window.is_empty:
            return window
        operation.cursor = window.cursor
    return Window([], {}, operation.cursor, is_last=True)


def _lock(operation: BulkOperation, candidates: list[int]) -> Window:
    """Lock those that still match; the others are passed over, each with its reason where it is known."""
    wanted = matching(operation).filter(id__any_of=candidates).order_by("id")
    locked, skipped = locked_or_busy(wanted)
    if operation.entry_ids is not None:
        vanished = set(candidates) - set(locked) - set(skipped)
        skipped |= {entry: Reason("gone") for entry in sorted(vanished)}
    is_last = operation.entry_ids is not None and len(candidates) < size_of(operation)
    return Window(locked, skipped, candidates[-1], is_last)


def locked_or_busy(wanted: QuerySet[BackfillDlq]) -> tuple[list[int], dict[int, Reason]]:
    """Lock these entries. Those that others held locked at every try are left out, and given with that reason."""
    locked = _patiently(lambda: list(wanted.select_for_update().values_list("id", flat=True)))
    if locked is not None:
        return locked, {}
    locked = list(wanted.select_for_update(skip_locked=True).values_list("id", flat=True))
    busy = set(wanted.values_list("id", flat=True)) - set(locked)
    return locked, {entry: Reason("locked") for entry in sorted(busy)}


def _patiently(lock: Callable[[], T]) -> T | None:
    """Try to lock a few times; None where others held a row locked at every try."""
    if _BOLD.get():
        execute(SHORT_OF_PATIENCE)
        return lock()
    for _try in range(LOCK_TRIES):
        try:
            with transaction.atomic():
                execute(SHORT_OF_PATIENCE)
                return lock()
        except OperationalError as error:
            if not isinstance(error.__cause__, LockNotAvailable):
                raise
    return None


def refused(ids: Sequence[int], act: Callable[[Sequence[int]], None]) -> dict[int, Reason]:
    """Run `act` on all ids; where PostgreSQL refuses a row, on halves, so that one bad row never stops the rest.

    Returns the ids that it refused alone, with its words. One bad row costs about 2 log2(n) statements. One that touches
    what an open transaction holds is treated alike, with the reason `locked`. Errors that are not about a row (a lost
    connection, a deadlock, a missing right) are raised; boldly, every one is.
    """
    execute(f"{SHORT_OF_PATIENCE}; {SAID_AT_ONCE}; {FRESHLY_PLANNED}")
    if _BOLD.get():
        act(ids)
        return {}
    return _halved(ids, act, time.monotonic() + LOCKED_SECONDS)


def _halved(ids: Sequence[int], act: Callable[[Sequence[int]], None], give_up_at: float) -> dict[int, Reason]:
    try:
        with transaction.atomic():
            act(ids)
    except DatabaseError as error:
        if not is_an_obstacle(error):
            raise
        is_locked = isinstance(error.__cause__, LockNotAvailable)
        if len(ids) == 1 or (is_locked and time.monotonic() > give_up_at):
            return dict.fromkeys(ids, Reason("locked") if is_locked else _words(error))
        middle = len(ids) // 2
        return _halved(ids[:middle], act, give_up_at) | _halved(ids[middle:], act, give_up_at)
    return {}


def suppressed(ids: Iterable[int]) -> dict[int, Reason]:
    """For entries that a statement left out although nothing spoke against it: a trigger's function returned null."""
    return {entry: Reason("suppressed") for entry in sorted(ids)}


def acted_on(ids: Sequence[int], done: set[int], failed: dict[int, Reason]) -> Outcome:
    """The outcome where each of the ids was acted on, or refused, or suppressed."""
    return Outcome(len(done), failed=failed | suppressed(set(ids) - done - set(failed)))


def _is_about_a_row(error: DatabaseError) -> bool:
    return (getattr(error.__cause__, "sqlstate", None) or "").startswith(ROW_ERRORS)


def _words(error: Exception) -> Reason:
    diagnostic = getattr(error.__cause__, "diag", None)
    return Reason("refused", getattr(diagnostic, "message_primary", None) or str(error))
