"""The parts of each sum, folded into one, so that a scrape reads few rows; why parts says `dlq.models.stored_numbers`."""

from __future__ import annotations

from dlq.db.statements import scalar
from dlq.table.location import TABLE


def fold_tallies() -> int:
    """The caretaker's duty. Returns how many parts were folded. Of two at once each folds what it deleted itself."""
    folded: int = scalar(TABLE.statement("monitoring/fold_tallies"))
    return folded
