"""Statements over many rows, one of which may be refused or locked: applied with bisection, with or without savepoints."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TypeVar

from django.db import DatabaseError, OperationalError
from psycopg.errors import LockNotAvailable

from dlq.db.database import atomic
from dlq.db.statements import execute

T = TypeVar("T")

_WITHOUT_SAVEPOINTS: ContextVar[bool] = ContextVar("without_savepoints", default=False)

LOCK_TRIES = 3
LOCK_TIMEOUT = "500ms"
"""How long one try waits for a row that somebody else is changing. Short: others wait for the rows that we hold."""
SET_LOCK_TIMEOUT = f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'"
_CONSTRAINTS: ContextVar[str] = ContextVar("constraints", default="ALL")
"""What deferred constraints of the owner's would refuse only at the commit, for all rows at once, they refuse for their rows."""
CUSTOM_PLANS = "SET LOCAL plan_cache_mode = force_custom_plan"
"""The engine's functions keep their plans as long as a connection lasts; one for an empty queue does not suit a million jobs."""
LOCKED_SECONDS = 6.0
"""How long the bisection looks for the rows that others hold; what it has not told apart by then counts as held."""
REPEATED = ("23505", "23P01")
"""SQLSTATE of what a unique index or an exclusion constraint refuses."""
ROW_ERRORS = ("22", "23", "44", "54", "P0")
"""Classes of SQLSTATE that one row can cause: data, constraint, view's check, program limit, an owner's trigger."""


@dataclass(frozen=True)
class Refusal:
    """Why PostgreSQL did not take a row: others hold it locked, or the message with which it was refused."""

    is_locked: bool
    message: str = ""
    repeats: str = ""
    """The unique index (or exclusion constraint) in which another row has its value already."""


@contextmanager
def without_savepoints() -> Iterator[None]:
    """Within it nothing is tried in a savepoint, which would cost a twentieth of the time.

    The first row that is refused or locked (`is_about_a_row`) then raises the DatabaseError that it is and undoes the whole
    transaction, which is to be repeated with savepoints.
    """
    before = _WITHOUT_SAVEPOINTS.set(True)
    try:
        yield
    finally:
        _WITHOUT_SAVEPOINTS.reset(before)


@contextmanager
def immediate_constraints(names: str) -> Iterator[None]:
    """Within it only these constraints (names in SQL) are made immediate, instead of all."""
    before = _CONSTRAINTS.set(names)
    try:
        yield
    finally:
        _CONSTRAINTS.reset(before)


def is_about_a_row(error: DatabaseError) -> bool:
    """Whether one row, or somebody who holds one, is the cause."""
    return _is_locked(error) or (getattr(error.__cause__, "sqlstate", None) or "").startswith(ROW_ERRORS)


def unless_refused(read: Callable[[], T]) -> T | None:
    """What `read` returns; None where a row is to blame that it can't: a payload of the type json may hold what jsonb can't."""
    try:
        with atomic():
            return read()
    except DatabaseError as error:
        if not is_about_a_row(error):
            raise
    return None


def with_lock_retries(lock: Callable[[], T]) -> T | None:
    """Try to lock a few times; None where others held a row locked at every try."""
    if _WITHOUT_SAVEPOINTS.get():
        execute(SET_LOCK_TIMEOUT)
        return lock()
    for _try in range(LOCK_TRIES):
        try:
            with atomic():
                execute(SET_LOCK_TIMEOUT)
                return lock()
        except OperationalError as error:
            if not _is_locked(error):
                raise
    return None


def apply_with_bisection(ids: Sequence[int], act: Callable[[Sequence[int]], None]) -> dict[int, Refusal]:
    """Run `act` on all ids; where PostgreSQL refuses a row, on halves, so that one bad row never stops the rest.

    Returns the ids that it refused alone. One bad row costs about 2 log2(n) statements. A row that touches what an open
    transaction holds is treated alike. Errors that are not about a row (a lost connection, a deadlock, a missing right) are
    raised; without savepoints every one is.
    """
    constraints = _CONSTRAINTS.get()
    execute(
        "; ".join(
            filter(None, (SET_LOCK_TIMEOUT, constraints and f"SET CONSTRAINTS {constraints} IMMEDIATE", CUSTOM_PLANS))
        )
    )
    if _WITHOUT_SAVEPOINTS.get():
        act(ids)
        return {}
    return _bisect(ids, act, time.monotonic() + LOCKED_SECONDS)


def _bisect(ids: Sequence[int], act: Callable[[Sequence[int]], None], give_up_at: float) -> dict[int, Refusal]:
    try:
        with atomic():
            act(ids)
    except DatabaseError as error:
        if not is_about_a_row(error):
            raise
        if len(ids) == 1 or (_is_locked(error) and time.monotonic() > give_up_at):
            return dict.fromkeys(ids, _refusal(error))
        middle = len(ids) // 2
        return _bisect(ids[:middle], act, give_up_at) | _bisect(ids[middle:], act, give_up_at)
    return {}


def _is_locked(error: DatabaseError) -> bool:
    return isinstance(error.__cause__, LockNotAvailable)


def _refusal(error: DatabaseError) -> Refusal:
    if _is_locked(error):
        return Refusal(is_locked=True)
    diagnostic = getattr(error.__cause__, "diag", None)
    message = getattr(diagnostic, "message_primary", None) or str(error)
    repeats = (
        getattr(diagnostic, "constraint_name", None) if getattr(diagnostic, "sqlstate", None) in REPEATED else None
    )
    return Refusal(is_locked=False, message=message, repeats=repeats or "")
