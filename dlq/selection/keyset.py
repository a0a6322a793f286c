"""Keyset paging: a page begins after a cursor, the values of a row's sort columns, not after a number of rows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core import signing
from django.db.models import Q, QuerySet

from dlq.db.bigint import BIGGEST_ID, LEAST_ID
from dlq.db.expressions import RowCompare
from dlq.db.far_moments import time_of
from dlq.db.session import settings_for_block
from dlq.models import BackfillDlq
from dlq.table.indexes import TableState

Cursor = tuple[Any, ...]
"""The values of the keyset's columns, of a row that may be gone by now."""


@dataclass(frozen=True)
class Keyset:
    """The column that the list is sorted by; the id breaks ties, in the same direction."""

    column: str
    descending: bool

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.column,) if self.column == "id" else (self.column, "id")

    @property
    def reversed(self) -> Keyset:
        return Keyset(self.column, not self.descending)

    def sort(self, entries: QuerySet[BackfillDlq]) -> QuerySet[BackfillDlq]:
        sign = "-" if self.descending else ""
        return entries.order_by(*(f"{sign}{column}" for column in self.columns))

    def after(self, cursor: Cursor) -> Q:
        """What comes after the cursor, whether its row is still there or not."""
        return Q(RowCompare(self.columns, "<" if self.descending else ">", cursor))

    def up_to(self, cursor: Cursor) -> Q:
        """What comes before the cursor, and its row."""
        return Q(RowCompare(self.columns, ">=" if self.descending else "<=", cursor))

    def cursor_of(self, entry: BackfillDlq) -> Cursor:
        return tuple(getattr(entry, column) for column in self.columns)

    def cursor_at(self, moment: datetime) -> Cursor:
        """Just before the first entry of that time; only for a list sorted by failed_at."""
        return (moment, BIGGEST_ID if self.descending else LEAST_ID)

    @contextmanager
    def by_index(self, state: TableState) -> Iterator[None]:
        """For the statements of the block: read the rows from the index that has them in this order, where there is one.

        PostgreSQL likes to read a narrower index on the first column alone and to sort what ties: very much, where very many
        failed at the same moment. Where the table lacks our index that is still the best there is, and left as it is.
        """
        has_index = state.gives_order(*self.columns)
        with settings_for_block(enable_incremental_sort="off") if has_index else nullcontext():
            yield

    def encode(self, cursor: Cursor) -> str:
        """For an address."""
        plain = [value.isoformat() if isinstance(value, datetime) else value for value in cursor]
        # Signed not for secrecy but so that nothing else has to be expected when it is decoded.
        return signing.dumps([self.column, *plain], salt="dlq.cursor", compress=True)

    def decode(self, text: str) -> Cursor | None:
        """None for a text that can't be read or belongs to a list sorted otherwise."""
        try:
            column, *values = signing.loads(text, salt="dlq.cursor")
        except signing.BadSignature:
            return None
        if column != self.column:
            return None
        if column == "failed_at":
            values[0] = time_of(values[0])
        return tuple(values)
