"""One chunk of an operation: what came of it, and the next entries that it may act on."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from django.db import DatabaseError, OperationalError, connection, transaction
from django.db.models import Func, IntegerField, QuerySet
from psycopg.errors import LockNotAvailable

from dlq.conf import conf
from dlq.db import execute
from dlq.models import BackfillDlq, BulkOperation
from dlq.reasons import Reason
from dlq.services.selection import matching

PAYLOAD_BYTES = 16 * 1024 * 1024
"""A chunk ends here too: one array of job specs over 1 GB fails, and memory is shared with the web pages."""
FEW = 50
"""Rows whose payloads are measured before the others are looked at."""
LOCK_TRIES = 3
LOCK_TIMEOUT = "500ms"
"""A try's patience with a row that somebody else is changing. Short: others wait for the rows that we hold."""
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

    @property
    def is_empty(self) -> bool:
        return not self.locked and not self.skipped


class _Bytes(Func):
    """About the length of a jsonb value as text. Its stored size is that of its parts, unless it is stored compressed."""

    template = (
        "CASE WHEN pg_column_compression(%(expressions)s) IS NULL THEN pg_column_size(%(expressions)s)"
        " ELSE octet_length(%(expressions)s::text) END"
    )
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
    """The first ids, bounded in number and in bytes of payload.

    A few come first: the sizes of a thousand large payloads, of which the chunk then takes a few, would be the work.
    """
    chosen: list[int] = []
    total = 0
    for entry, size in _few_first(entries.values_list("id", _Bytes("payload"))[:most]):
        total += size
        if chosen and total > PAYLOAD_BYTES:
            break
        chosen.append(entry)
    return chosen


def _few_first(sized: QuerySet[BackfillDlq, tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The rows of a query from a cursor of the server, which computes them as they are fetched: FEW, as many again, the rest."""
    query, parameters = sized.query.sql_with_params()
    with connection.chunked_cursor() as cursor:
        cursor.execute(query, parameters)
        for fetch in (FEW, FEW, conf.CHUNK_SIZE):
            yield from cursor.fetchmany(fetch)


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

    Returns the ids that it refused alone, with its words. One bad row costs about 2 log2(n) statements. One that touches
    what an open transaction holds is treated alike, with the reason `locked`. Errors that are not about a row (a lost
    connection, a deadlock, a missing right) are raised.
    """
    execute("SELECT set_config('lock_timeout', %(time)s, true)", {"time": LOCK_TIMEOUT})
    # What deferred constraints of the owner's would say only at the commit, of the whole chunk, they say of their rows.
    execute("SET CONSTRAINTS ALL IMMEDIATE")
    return _halved(ids, act, time.monotonic() + LOCKED_SECONDS)


def _halved(ids: Sequence[int], act: Callable[[Sequence[int]], None], give_up_at: float) -> dict[int, Reason]:
    try:
        with transaction.atomic():
            act(ids)
    except DatabaseError as error:
        is_locked = isinstance(error.__cause__, LockNotAvailable)
        if not is_locked and not _is_about_a_row(error):
            raise
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
