"""Failure patterns as a dimension."""

from __future__ import annotations

from collections.abc import Sequence

from dlq.filters.pattern import UNGROUPED
from dlq.models import FailurePattern
from dlq.statistics.dimension import Dimension

NO_PATTERN = "0"
"""The value of entries that are in no pattern (yet)."""


def _titles(values: Sequence[str]) -> dict[str, str]:
    found = FailurePattern.objects.filter(pk__any_of=list(map(int, values))).values_list(
        "pk", "title", "task_identifier"
    )
    return {NO_PATTERN: "not grouped yet"} | {str(number): f"{title} ({task})" for number, title, task in found}


PATTERN = Dimension(
    "pattern",
    "Pattern",
    "failure patterns",
    "grouped.pattern_id",
    lambda value: {"pattern": UNGROUPED if value == NO_PATTERN else value},
    _titles,
    # As the filter has it: an entry that failed again since is in no pattern until that failure is grouped. The bounds
    # follow from the rest; they spare PostgreSQL the records of all other times.
    joined="LEFT JOIN dlq_entrypattern grouped ON grouped.entry_id = e.id"
    " AND grouped.failed_at >= e.failed_at AND grouped.failed_at <= e.failed_at"
    " AND grouped.failed_at >= %(previous)s AND grouped.failed_at <= %(end)s",
    joined_to_requeue="LEFT JOIN dlq_requeuepattern grouped ON grouped.requeue_id = e.id",
    value="coalesce(template.whole_id, {column}, 0)",
    value_joined="LEFT JOIN dlq_failurepattern template ON template.id = {column}",
    first_time="{column} IN (SELECT id FROM dlq_failurepattern WHERE first_seen >= %(start)s)",
    nothing=NO_PATTERN,
    is_counted=False,
    has_titles=True,
)
