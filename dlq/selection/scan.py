"""Looking for what no index finds: through the entries in the list's order, a slice at a time, until the time is spent."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q

from dlq.db.expressions import IsTrue
from dlq.db.limits import TimedOut, time_limit
from dlq.models import BackfillDlq
from dlq.selection.keyset import Cursor, Keyset
from dlq.selection.rows import for_list
from dlq.table.indexes import TableState

FIRST_SLICE = 5_000
"""Rows: some 20 milliseconds, and enough to see how long a row takes. A word that many entries have is found often enough
among them to fill a page."""
MOST_GROWTH = 10
"""How many times as long as the one before a slice may be: rows that nobody read lately take longer than the first ones."""
SHARE = 0.8
"""Of the time that is left, for the next slice: what it leaves is for a last one, or for having been too hopeful."""
LEAST_SECONDS = 0.05
"""Less is not worth another slice."""
GRACE = 0.3
"""Seconds by which a slice may take longer than it seemed; then it is stopped and does not count."""


@dataclass
class Scan:
    """A scan in the keyset's order from `cursor` on (None: from the beginning), which can be resumed where it stopped."""

    condition: Q
    state: TableState
    keyset: Keyset
    cursor: Cursor | None
    found: list[BackfillDlq] = field(default_factory=list)
    scanned: int = 0
    """Rows of all whole slices so far."""
    at_end: bool = False
    slice_rows: int = FIRST_SLICE
    seconds_per_row: float | None = None

    def first_slice(self, wanted: int) -> None:
        self._slice(FIRST_SLICE, wanted)

    def run(self, wanted: int, seconds: float) -> None:
        """Until there are `wanted` in all, the end is reached or the time is spent."""
        deadline = time.monotonic() + seconds
        if self.seconds_per_row is None:
            self.first_slice(wanted)
        while len(self.found) < wanted and not self.at_end and (left := deadline - time.monotonic()) > LEAST_SECONDS:
            rows = min(int(left * SHARE / (self.seconds_per_row or 1)), self.slice_rows * MOST_GROWTH)
            try:
                with time_limit(left + GRACE):
                    self._slice(max(rows, FIRST_SLICE), wanted)
            except TimedOut:
                return

    def _slice(self, rows: int, wanted: int) -> None:
        started = time.monotonic()
        with self.keyset.by_index(self.state):
            end = self._cursor_after(rows)
            within = [self.keyset.after(self.cursor)] if self.cursor else []
            within += [self.keyset.up_to(end)] if end else []
            # No index may be used for the condition: it could lead through half the table, in another order.
            entries = BackfillDlq.objects.filter(*within, IsTrue(self.condition) if self.condition else Q())
            self.found += for_list(self.keyset.sort(entries))[: wanted - len(self.found)]
        if len(self.found) < wanted:
            self.at_end = end is None
            self.cursor = end or self.cursor
            self.scanned += rows
        self.slice_rows, self.seconds_per_row = rows, (time.monotonic() - started) / rows

    def _cursor_after(self, rows: int) -> Cursor | None:
        """Of the last row of the next slice; None where fewer rows are left."""
        following = self.keyset.after(self.cursor) if self.cursor else Q()
        cursors = self.keyset.sort(BackfillDlq.objects.filter(following)).values_list(*self.keyset.columns)
        return next(iter(cursors[rows - 1 : rows]), None)

    @property
    def reached(self) -> datetime | None:
        """The time of the last entry that was looked at; only for a list sorted by failed_at."""
        moment: datetime | None = self.cursor[0] if self.cursor else None
        return moment
