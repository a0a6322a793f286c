"""What an operation has ahead: its next entries, as many as make a chunk."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection
from django.db.models import Func, IntegerField, QuerySet

from dlq.conf import conf
from dlq.db import rows
from dlq.models import BackfillDlq, BulkOperation
from dlq.models.backfilldlq import TABLE
from dlq.services.selection import matching
from dlq.sql import statement, written_in

PAYLOAD_BYTES = 16 * 1024 * 1024
"""A chunk ends here too: one array of job specs over 1 GB fails, and memory is shared with the web pages."""
FEW = 50
"""Rows whose payloads are measured before the others are looked at."""


class _Bytes(Func):
    """About the length of a jsonb value as text. Its stored size is that of its parts, unless it is stored compressed."""

    template = (
        "CASE WHEN pg_column_compression(%(expressions)s) IS NULL THEN pg_column_size(%(expressions)s)"
        " ELSE octet_length(%(expressions)s::text) END"
    )
    output_field = IntegerField()


class Ahead:
    """Finds one operation's next entries, again and again, by a statement that is written once: its filter is frozen."""

    def __init__(self) -> None:
        self._lock = ""
        self.is_careful = False
        """Whether a chunk met something in its way that makes the next ones go about it carefully, too."""

    def lock(self, operation: BulkOperation) -> tuple[list[int], bool]:
        """Lock the next chunk of entries, in id order. Returns their ids, and whether there are none behind them."""
        self._lock = self._lock or statement("entry/lock_ahead", TABLE, entries=written_in(matching(operation)))
        most = size_of(operation)
        ((locked, stored, any_compressed),) = rows(self._lock, {"cursor": operation.cursor, "most": most})
        chunk = locked
        if any_compressed or stored > PAYLOAD_BYTES:
            chunk = _within_size(BackfillDlq.objects.filter(id__any_of=locked).order_by("id"))
        return chunk, len(chunk) == len(locked) < most


def next_ids(operation: BulkOperation) -> list[int]:
    """The ids of the next chunk, not locked."""
    if operation.entry_ids is not None:
        return sorted(entry for entry in operation.entry_ids if entry > operation.cursor)[: size_of(operation)]
    return _within_size(matching(operation).filter(id__gt=operation.cursor).order_by("id")[: size_of(operation)])


def size_of(operation: BulkOperation) -> int:
    """The most entries that the operation's next chunk may have: fewer while its first ones are tried."""
    left = operation.canary_left
    return conf.CHUNK_SIZE if left is None else min(left, conf.CHUNK_SIZE)


def _within_size(entries: QuerySet[BackfillDlq]) -> list[int]:
    """The first ids, bounded in bytes of payload.

    A few come first: the sizes of a thousand large payloads, of which the chunk then takes a few, would be the work.
    """
    chosen: list[int] = []
    total = 0
    for entry, size in _few_first(entries.values_list("id", _Bytes("payload"))):
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
