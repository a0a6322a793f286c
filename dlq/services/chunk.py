"""One chunk of an operation: what came of it, and the next entries that it may act on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from django.db import DatabaseError, OperationalError, transaction
from django.db.models import Func, IntegerField, TextField
from django.db.models.functions import Cast
from psycopg.errors import LockNotAvailable

from dlq.conf import conf
from dlq.db import execute
from dlq.models import BulkOperation
from dlq.services.reasons import reason
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
    """What became of the entries of one chunk. `skipped` and `failed` give a sentence for each id."""

    done: list[int] = field(default_factory=list)
    skipped: dict[int, str] = field(default_factory=dict)
    failed: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Window:
    """The next entries in id order: locked ones to act on, those that are passed over, and where the window ends."""

    locked: list[int]
    skipped: dict[int, str]
    cursor: int

    @property
    def is_empty(self) -> bool:
        return not self.locked and not self.skipped


class _Bytes(Func):
    function = "octet_length"
    output_field = IntegerField()


def next_window(operation: BulkOperation) -> Window:
    """Find and lock the operation's next entries, in id order."""
    while True:
        candidates = _candidates(operation)
        if not candidates:
            return Window([], {}, operation.cursor)
        locked, busy = _lock(operation, candidates)
        skipped = {entry: reason("locked") for entry in busy}
        if operation.entry_ids is not None:
            # Each ticked entry gets an answer, also one that vanished.
            vanished = set(candidates) - set(locked) - busy
            skipped |= {entry: reason("gone") for entry in vanished}
        window = Window(locked, skipped, max(candidates))
        if not window.is_empty:
            return window
        operation.cursor = window.cursor


def _candidates(operation: BulkOperation) -> list[int]:
    """The ids of the next chunk, bounded in number and in bytes of payload, not locked yet."""
    if operation.entry_ids is not None:
        return sorted(entry for entry in operation.entry_ids if entry > operation.cursor)[: conf.CHUNK_SIZE]
    ahead = (
        matching(operation)
        .filter(id__gt=operation.cursor)
        .order_by("id")
        .values_list("id", _Bytes(Cast("payload", TextField())))[: conf.CHUNK_SIZE]
    )
    chosen: list[int] = []
    total = 0
    for entry, size in ahead:
        total += size
        if chosen and total > PAYLOAD_BYTES:
            break
        chosen.append(entry)
    return chosen


def _lock(operation: BulkOperation, candidates: list[int]) -> tuple[list[int], set[int]]:
    """Lock those that still match. Returns them, and those that others held locked at every try."""
    wanted = matching(operation).filter(id__in=candidates).order_by("id")
    for _try in range(LOCK_TRIES):
        try:
            with transaction.atomic():
                execute("SELECT set_config('lock_timeout', %(time)s, true)", {"time": LOCK_TIMEOUT})
                return list(wanted.select_for_update().values_list("id", flat=True)), set()
        except OperationalError as error:
            if not isinstance(error.__cause__, LockNotAvailable):
                raise
    locked = list(wanted.select_for_update(skip_locked=True).values_list("id", flat=True))
    still_matching = set(wanted.values_list("id", flat=True))
    return locked, still_matching - set(locked)


def refused(ids: Sequence[int], act: Callable[[Sequence[int]], None]) -> dict[int, str]:
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


def _words(error: Exception) -> str:
    diagnostic = getattr(error.__cause__, "diag", None)
    words = getattr(diagnostic, "message_primary", None) or str(error)
    return f"the database refused it: {words}"
