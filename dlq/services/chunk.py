"""One chunk of an operation: what came of it, and the next entries that it may act on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from django.db import DatabaseError, OperationalError, transaction
from django.db.models import Func, IntegerField, QuerySet, TextField
from django.db.models.functions import Cast
from psycopg.errors import LockNotAvailable

from dlq.conf import conf
from dlq.db import execute
from dlq.models import BackfillDlq, BulkOperation
from dlq.reasons import Reason
from dlq.services.selection import matching

PAYLOAD_BYTES = 16 * 1024 * 1024
"""A chunk ends here too: one array of job specs over 1 GB fails, and memory is shared with the web pages."""
LOCK_TRIES = 3
LOCK_TIMEOUT = "500ms"
"""A try's patience with a row that somebody else is changing. Short: others wait for the rows that we hold."""


ROW_ERRORS = ("22", "23", "44", "54", "P0")
"""Classes of SQLSTATE that one row can cause: data, constraint, view's check, program limit, an owner's trigger."""


@dataclass
class Outcome:
    """What became of the entries of one chunk. `skipped` and `failed` give the reason for each id."""

    done: list[int] = field(default_factory=list)
    skipped: dict[int, Reason] = field(default_factory=dict)
    failed: dict[int, Reason] = field(default_factory=dict)


@dataclass(frozen=True)
class Window:
    """The next entries in id order: locked ones to act on, those that are passed over, and where the window ends."""

    locked: list[int]
    skipped: dict[int, Reason]
    cursor: int

    @property
    def is_empty(self) -> bool:
        return not self.locked and not self.skipped


class _Bytes(Func):
    function = "octet_length"
    output_field = IntegerField()


def next_window(operation: BulkOperation) -> Window:
    """Find and lock the operation's next entries, in id order."""
    if operation.entry_ids is None and (
        locked := _patiently(lambda: _within_size(_ahead(operation).select_for_update(), size_of(operation)))
    ):
        return Window(locked, {}, locked[-1])
    # Nothing, or somebody holds a row for long, or ticked entries, each of which gets an answer: look first, then lock.
    while candidates := _candidates(operation):
        window = _lock(operation, candidates)
        if not window.is_empty:
            return window
        operation.cursor = window.cursor
    return Window([], {}, operation.cursor)


def _candidates(operation: BulkOperation) -> list[int]:
    """The ids of the next chunk, not locked yet."""
    if operation.entry_ids is not None:
        return sorted(entry for entry in operation.entry_ids if entry > operation.cursor)[: size_of(operation)]
    return _within_size(_ahead(operation), size_of(operation))


def _ahead(operation: BulkOperation) -> QuerySet[BackfillDlq]:
    return matching(operation).filter(id__gt=operation.cursor).order_by("id")


def size_of(operation: BulkOperation) -> int:
    """The most entries that the operation's next chunk may have: fewer while its first ones are tried."""
    left = operation.canary_left
    return conf.CHUNK_SIZE if left is None else min(left, conf.CHUNK_SIZE)


def _within_size(entries: QuerySet[BackfillDlq], most: int) -> list[int]:
    """The first ids, bounded in number and in bytes of payload."""
    chosen: list[int] = []
    total = 0
    for entry, size in entries.values_list("id", _Bytes(Cast("payload", TextField())))[:most]:
        total += size
        if chosen and total > PAYLOAD_BYTES:
            break
        chosen.append(entry)
    return chosen


def _lock(operation: BulkOperation, candidates: list[int]) -> Window:
    """Lock those that still match; the others are passed over, each with its reason where it is known."""
    wanted = matching(operation).filter(id__any_of=candidates).order_by("id")
    locked, skipped = locked_or_busy(wanted)
    if operation.entry_ids is not None:
        vanished = set(candidates) - set(locked) - set(skipped)
        skipped |= {entry: Reason("gone") for entry in sorted(vanished)}
    return Window(locked, skipped, max(candidates))


def locked_or_busy(wanted: QuerySet[BackfillDlq]) -> tuple[list[int], dict[int, Reason]]:
    """Lock these entries. Those that others held locked at every try are left out, and given with that reason."""
    locked = _patiently(lambda: list(wanted.select_for_update().values_list("id", flat=True)))
    if locked is not None:
        return locked, {}
    locked = list(wanted.select_for_update(skip_locked=True).values_list("id", flat=True))
    busy = set(wanted.values_list("id", flat=True)) - set(locked)
    return locked, {entry: Reason("locked") for entry in sorted(busy)}


def _patiently(lock: Callable[[], list[int]]) -> list[int] | None:
    """Try to lock a few times; None where others held a row locked at every try."""
    for _try in range(LOCK_TRIES):
        try:
            with transaction.atomic():
                execute("SELECT set_config('lock_timeout', %(time)s, true)", {"time": LOCK_TIMEOUT})
                return lock()
        except OperationalError as error:
            if not isinstance(error.__cause__, LockNotAvailable):
                raise
    return None


def refused(ids: Sequence[int], act: Callable[[Sequence[int]], None]) -> dict[int, Reason]:
    """Run `act` on all ids; where PostgreSQL refuses a row, on halves, so that one bad row never stops the rest.

    Returns the ids that it refused alone, with its words. One bad row costs about 2 log2(n) statements. Errors that are
    not about a row (a lost connection, a deadlock, a missing right) are raised.
    """
    try:
        with transaction.atomic():
            act(ids)
    except DatabaseError as error:
        if not _is_about_a_row(error):
            raise
        if len(ids) == 1:
            return {ids[0]: _words(error)}
        middle = len(ids) // 2
        return refused(ids[:middle], act) | refused(ids[middle:], act)
    return {}


def _is_about_a_row(error: DatabaseError) -> bool:
    return (getattr(error.__cause__, "sqlstate", None) or "").startswith(ROW_ERRORS)


def _words(error: Exception) -> Reason:
    diagnostic = getattr(error.__cause__, "diag", None)
    return Reason("refused", getattr(diagnostic, "message_primary", None) or str(error))
