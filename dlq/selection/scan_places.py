"""A bound on how many look through the table at once: each such look keeps a backend of the database busy for seconds."""

from __future__ import annotations

from dlq.db.admission import admit
from dlq.filters import DlqFilterSet

MOST_AT_ONCE = 2
"""On all web processes together."""


def admit_scan(filterset: DlqFilterSet, *, answered: bool = True) -> None:
    """Before the entries that match are read: take a place where no index leads to them, or did not lead there in time
    (`answered`). It is kept until the transaction ends. Raises Busy where none is free.
    """
    if filterset.state.has_many and (filterset.without_index or not answered):
        admit("scan", MOST_AT_ONCE)
