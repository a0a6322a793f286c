"""The order of a list and places in it: a page begins behind a place, not behind a number of rows (keyset paging)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core import signing
from django.db.models import Q, QuerySet

from dlq.db import settings_for_block
from dlq.expressions import RowCompare
from dlq.filters.fields import BIGGEST_ID
from dlq.indexes import TableState
from dlq.models import BackfillDlq

Place = tuple[Any, ...]
"""The values of the order's columns, of a row that may be gone by now."""


@dataclass(frozen=True)
class Order:
    """The column that the list is sorted by; the id breaks ties, in the same direction."""

    column: str
    descending: bool

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.column,) if self.column == "id" else (self.column, "id")

    @property
    def reversed(self) -> Order:
        return Order(self.column, not self.descending)

    def apply(self, entries: QuerySet[BackfillDlq]) -> QuerySet[BackfillDlq]:
        sign = "-" if self.descending else ""
        return entries.order_by(*(f"{sign}{column}" for column in self.columns))

    def beyond(self, place: Place) -> Q:
        """What comes behind the place, whether its row is still there or not."""
        return Q(RowCompare(self.columns, "<" if self.descending else ">", place))

    def up_to(self, place: Place) -> Q:
        """What comes before the place, and its row."""
        return Q(RowCompare(self.columns, ">=" if self.descending else "<=", place))

    def place_of(self, entry: BackfillDlq) -> Place:
        return tuple(getattr(entry, column) for column in self.columns)

    def place_at(self, moment: datetime) -> Place:
        """Just before the first entry of that time; only for an order by failed_at."""
        return (moment, BIGGEST_ID if self.descending else 0)

    @contextmanager
    def by_index(self, state: TableState) -> Iterator[None]:
        """For the statements of the block: read the rows from the index that has them in this order, where there is one.

        PostgreSQL likes to read a narrower index on the first column alone and to sort what ties: very much, where very many
        failed at the same moment. Where the table lacks our index that is still the best there is, and left as it is.
        """
        has_index = state.gives_order(*self.columns)
        with settings_for_block(enable_incremental_sort="off") if has_index else nullcontext():
            yield

    def cursor_of(self, place: Place) -> str:
        plain = [value.isoformat() if isinstance(value, datetime) else value for value in place]
        # Signed not for secrecy but so that nothing else has to be expected when it is read.
        return signing.dumps([self.column, *plain], salt="dlq.cursor", compress=True)

    def read(self, cursor: str) -> Place | None:
        """The place that a cursor names; None for one that can't be read or belongs to another order."""
        try:
            column, *values = signing.loads(cursor, salt="dlq.cursor")
        except signing.BadSignature:
            return None
        if column != self.column:
            return None
        if column == "failed_at":
            values[0] = datetime.fromisoformat(values[0])
        return tuple(values)
