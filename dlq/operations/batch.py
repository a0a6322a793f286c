"""The next entries of an operation, as many as make a chunk, locked in id order."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

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
    along: frozenset[int] = frozenset()
    """Of the locked ones those that only go along with others."""

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
    return next_with_others(operation, lambda _ids: set())


def next_with_others(operation: BulkOperation, others_of: Callable[[Sequence[int]], set[int]]) -> Batch:
    """The next entries and those that go along with them, locked in one statement, in the order of all their ids."""
    while True:
        candidates, is_last = _candidates(operation)
        if not candidates:
            return Batch([], {}, operation.cursor, is_last=True)
        others = others_of(candidates)
        batch = _lock(operation, candidates, others)
        own = sorted(set(batch.locked) - others)
        if len(own) < len(candidates):
            # With what stopped matching, or is held by others, nothing goes along.
            others = others_of(own)
        if not batch.is_empty:
            locked = sorted({*own, *others.intersection(batch.locked)})
            return replace(batch, locked=locked, is_last=is_last, along=frozenset(locked) - frozenset(own))
        operation.cursor = batch.cursor


def next_ticked(operation: BulkOperation, most: int) -> list[int]:
    """The next of the entries that were ticked, in id order, whether they are still there or not."""
    return sorted(entry for entry in operation.entry_ids or () if entry >= operation.next_id)[:most]


def next_with_records(operation: BulkOperation, records: QuerySet[Any]) -> Batch:
    """The next entries that these records are of, in id order, locked as far as they are still in the table.

    Of chosen entries every one, so that each gets an answer.
    """
    if operation.entry_ids is not None:
        ids = next_ticked(operation, conf.CHUNK_SIZE)
    else:
        following = records.filter(entry_id__gte=operation.next_id).order_by("entry_id")
        ids = list(following.values_list("entry_id", flat=True)[: conf.CHUNK_SIZE])
    _locked, busy = locked_or_busy(BackfillDlq.objects.filter(id__any_of=ids).order_by("id"))
    left = [entry for entry in ids if entry not in busy]
    return Batch(left, busy, max(ids, default=operation.cursor), is_last=len(ids) < conf.CHUNK_SIZE)


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


def _candidates(operation: BulkOperation) -> tuple[list[int], bool]:
    """The ids of the next batch, not locked, and whether there are none behind them."""
    most = batch_size(operation)
    if operation.entry_ids is not None:
        ids = next_ticked(operation, most)
        return ids, len(ids) < most
    following = matching(operation).filter(id__gte=operation.next_id).order_by("id")
    ids = list(following.values_list("id", flat=True)[:most])
    chosen = _within_size(ids)
    return chosen, len(chosen) == len(ids) < most


def _lock(operation: BulkOperation, candidates: list[int], others: Collection[int] = ()) -> Batch:
    """Lock those that still match, and the others; the rest is passed over, each with its reason where it is known."""
    wanted = matching(operation).filter(id__any_of=candidates)
    if others:
        wanted |= BackfillDlq.objects.filter(id__any_of=others)
    locked, skipped = locked_or_busy(wanted.order_by("id"))
    if operation.entry_ids is not None:
        vanished = set(candidates) - set(locked) - set(skipped)
        skipped |= {entry: Reason("gone") for entry in sorted(vanished)}
    return Batch(locked, skipped, candidates[-1], is_last=False)


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
