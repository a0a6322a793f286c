"""The next entries of an operation, as many as make a chunk, locked in id order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Func, IntegerField, QuerySet

from dlq.conf import conf
from dlq.db.bisection import with_lock_retries
from dlq.db.loader import inlined
from dlq.db.statements import rows
from dlq.models import BackfillDlq, BulkOperation
from dlq.operations.reasons import Reason
from dlq.operations.selected import matching
from dlq.redaction.masked_columns import Raw
from dlq.table.location import TABLE

PAYLOAD_BYTES = 16 * 1024 * 1024
"""A chunk ends here too: one array of job specs over 1 GB fails, and memory is shared with the web pages."""
FEW = 50
"""Rows whose payloads are measured before the others are looked at."""


@dataclass(frozen=True)
class Batch:
    """The next entries in id order: locked ones to act on, those that are passed over, and where the batch ends."""

    locked: list[int]
    skipped: dict[int, Reason]
    cursor: int | None
    is_last: bool
    """Whether the operation has nothing behind it."""

    @property
    def is_empty(self) -> bool:
        return not self.locked and not self.skipped


class BatchFinder:
    """Finds one operation's next batch, again and again, by a statement that is written once: its filter is frozen."""

    def __init__(self) -> None:
        self._lock = ""

    def lock(self, operation: BulkOperation) -> tuple[list[int], bool]:
        """Lock the next entries, in id order. Returns their ids, and whether there are none behind them."""
        self._lock = self._lock or TABLE.statement(
            "operations/lock_batch", entries=inlined(matching(operation).values("id", stored=Raw("payload")))
        )
        most = batch_size(operation)
        ((locked, stored, any_compressed),) = rows(self._lock, {"first": operation.next_id, "most": most})
        chosen = locked
        if any_compressed or stored > PAYLOAD_BYTES:
            chosen = _within_size(locked)
        return chosen, len(chosen) == len(locked) < most


def next_batch(operation: BulkOperation, finder: BatchFinder) -> Batch:
    """Find and lock the operation's next entries, in id order."""
    if operation.entry_ids is None and (found := with_lock_retries(lambda: finder.lock(operation))):
        locked, is_last = found
        return Batch(locked, {}, max(locked, default=operation.cursor), is_last)
    # Somebody holds a row for long, or ticked entries, each of which gets an answer: look first, then lock.
    while candidates := _candidates(operation):
        batch = _lock(operation, candidates)
        if not batch.is_empty:
            return batch
        operation.cursor = batch.cursor
    return Batch([], {}, operation.cursor, is_last=True)


def next_ticked(operation: BulkOperation, most: int) -> list[int]:
    """The next of the entries that were ticked, in id order, whether they are still there or not."""
    return sorted(entry for entry in operation.entry_ids or () if entry >= operation.next_id)[:most]


def batch_size(operation: BulkOperation) -> int:
    """The most entries that the operation's next batch may have: fewer while its first ones are tried."""
    left = operation.canary_left
    return conf.CHUNK_SIZE if left is None else min(left, conf.CHUNK_SIZE)


def locked_or_busy(wanted: QuerySet[BackfillDlq]) -> tuple[list[int], dict[int, Reason]]:
    """Lock these entries. Those that others held locked at every try are left out, and given with that reason."""
    locked = with_lock_retries(lambda: list(wanted.select_for_update().values_list("id", flat=True)))
    if locked is not None:
        return locked, {}
    locked = list(wanted.select_for_update(skip_locked=True).values_list("id", flat=True))
    busy = set(wanted.values_list("id", flat=True)) - set(locked)
    return locked, {entry: Reason("locked") for entry in sorted(busy)}


def _candidates(operation: BulkOperation) -> list[int]:
    """The ids of the next batch, not locked."""
    if operation.entry_ids is not None:
        return next_ticked(operation, batch_size(operation))
    following = matching(operation).filter(id__gte=operation.next_id).order_by("id")
    return _within_size(list(following.values_list("id", flat=True)[: batch_size(operation)]))


def _lock(operation: BulkOperation, candidates: list[int]) -> Batch:
    """Lock those that still match; the others are passed over, each with its reason where it is known."""
    wanted = matching(operation).filter(id__any_of=candidates).order_by("id")
    locked, skipped = locked_or_busy(wanted)
    if operation.entry_ids is not None:
        vanished = set(candidates) - set(locked) - set(skipped)
        skipped |= {entry: Reason("gone") for entry in sorted(vanished)}
    is_last = operation.entry_ids is not None and len(candidates) < batch_size(operation)
    return Batch(locked, skipped, candidates[-1], is_last)


class _Bytes(Func):
    """About the length of a jsonb value as text. Its stored size is that of its parts, unless it is stored compressed."""

    template = (
        "CASE WHEN pg_column_compression(%(expressions)s) IS NULL THEN pg_column_size(%(expressions)s)"
        " ELSE octet_length(%(expressions)s::text) END"
    )
    output_field = IntegerField()


def _within_size(ids: Sequence[int]) -> list[int]:
    """The first of these entries (in id order), bounded in bytes of payload.

    A few are measured first, and a few more: the sizes of a thousand large payloads, of which the batch then takes a few,
    would be the work.
    """
    chosen: list[int] = []
    total = 0
    for part in (ids[:FEW], ids[FEW : 2 * FEW], ids[2 * FEW :]):
        sized = BackfillDlq.objects.filter(id__any_of=part).order_by("id").values_list("id", _Bytes(Raw("payload")))
        for entry, size in sized:
            total += size
            if chosen and total > PAYLOAD_BYTES:
                return chosen
            chosen.append(entry)
    return chosen
