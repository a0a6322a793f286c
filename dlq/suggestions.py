"""The tasks and queues that there are, for the filter form, read by hopping along the index instead of the whole table."""

from __future__ import annotations

from dlq.db import rows
from dlq.filters.conditions import NO_QUEUE
from dlq.models.backfilldlq import TABLE
from dlq.sql import statement
from dlq.table import quoted

MOST = 200
"""Longer lists are no help to choose from."""
COLUMNS = ("task_identifier", "queue_name")


def suggestions(parameter: str) -> list[str]:
    """The values to offer for a filter parameter; none for one that takes free text."""
    if parameter not in COLUMNS:
        return []
    found = rows(statement("catalogue/distinct_values", TABLE, column=quoted(parameter)), {"most": MOST})
    return [value or NO_QUEUE for (value,) in found]
