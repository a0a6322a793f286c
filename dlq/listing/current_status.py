"""What becomes of a page's requeued jobs at this moment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dlq.db.limits import in_time
from dlq.filters.status import REQUEUED
from dlq.outcomes.job_states import states_of_entries

LIVE_SECONDS = 1.0
"""What the list may spend on it; beyond it the stored states have to do."""


def look_up(page: Sequence[Any]) -> None:
    """Of the page's requeued jobs that are not settled: their state now, where the database tells it quickly."""
    unsettled = [entry for entry in page if entry.status == REQUEUED]
    if not unsettled:
        return
    for state in (in_time(LIVE_SECONDS, lambda: states_of_entries([entry.pk for entry in unsettled])) or {}).values():
        entry = next(entry for entry in unsettled if entry.pk == state.entry_id)
        if entry.last_requeued_at is None or state.requeued_at >= entry.last_requeued_at:
            entry.status = state.state
