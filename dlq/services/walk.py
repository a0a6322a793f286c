"""Looking for what no index finds: through the entries in their order, a stretch at a time, until the time is spent."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from django.db import OperationalError
from django.db.models import Q
from psycopg.errors import QueryCanceled

from dlq.db import time_limit
from dlq.expressions import IsTrue
from dlq.indexes import TableState
from dlq.models import BackfillDlq
from dlq.querysets import EntryQuerySet
from dlq.services.order import Order, Place

FIRST_STRETCH = 5_000
"""Rows: some 20 milliseconds, and enough to see how long a row takes. A word that many entries have is found often enough
among them to fill a page."""
LONGER = 10
"""How many times as long as the one before a stretch may be: rows that nobody read lately take longer than the first ones."""
SHARE = 0.8
"""Of the time that is left, for the next stretch: what it leaves is for a last one, or for having been too hopeful."""
LEAST_SECONDS = 0.05
"""Less is not worth another stretch."""
GRACE = 0.3
"""Seconds by which a stretch may take longer than it seemed; then it is stopped and does not count."""


@dataclass
class Walk:
    """A walk in the order from `place` on (None: from its beginning), which goes on where it stopped."""

    condition: Q
    state: TableState
    order: Order
    place: Place | None
    found: list[BackfillDlq] = field(default_factory=list)
    looked_at: int = 0
    """Rows of all whole stretches so far."""
    at_end: bool = False
    stretch: int = FIRST_STRETCH
    seconds_per_row: float | None = None

    def first_look(self, wanted: int) -> None:
        """One short stretch."""
        self._stretch(FIRST_STRETCH, wanted)

    def look(self, wanted: int, seconds: float) -> None:
        """Until there are `wanted` in all, the end is reached or the time is spent."""
        deadline = time.monotonic() + seconds
        if self.seconds_per_row is None:
            self.first_look(wanted)
        while len(self.found) < wanted and not self.at_end and (left := deadline - time.monotonic()) > LEAST_SECONDS:
            rows = min(int(left * SHARE / (self.seconds_per_row or 1)), self.stretch * LONGER)
            rows = max(rows, FIRST_STRETCH)
            try:
                with time_limit(left + GRACE):
                    self._stretch(rows, wanted)
            except OperationalError as error:
                if not isinstance(error.__cause__, QueryCanceled):
                    raise
                return

    def _stretch(self, rows: int, wanted: int) -> None:
        started = time.monotonic()
        with self.order.by_index(self.state):
            end = self._place_after(rows)
            within = [self.order.beyond(self.place)] if self.place else []
            within += [self.order.up_to(end)] if end else []
            # No index may be used for the condition: it could lead through half the table, in another order.
            entries = BackfillDlq.objects.filter(*within, IsTrue(self.condition) if self.condition else Q())
            ordered = cast(EntryQuerySet, self.order.apply(entries))
            self.found += ordered.for_list()[: wanted - len(self.found)]
        if len(self.found) < wanted:
            self.at_end = end is None
            self.place = end or self.place
            self.looked_at += rows
        self.stretch, self.seconds_per_row = rows, (time.monotonic() - started) / rows

    def _place_after(self, rows: int) -> Place | None:
        """Of the last row of the next stretch; None where fewer rows are left."""
        beyond = self.order.beyond(self.place) if self.place else Q()
        places = self.order.apply(BackfillDlq.objects.filter(beyond)).values_list(*self.order.columns)
        return next(iter(places[rows - 1 : rows]), None)

    @property
    def reached(self) -> datetime | None:
        """The time of the last entry that was looked at; only for an order by failed_at."""
        moment: datetime | None = self.place[0] if self.place else None
        return moment
