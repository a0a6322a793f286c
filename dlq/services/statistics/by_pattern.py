"""Failure patterns as a dimension."""

from __future__ import annotations

from collections.abc import Sequence

from dlq.db import array, rows
from dlq.filters.pattern import UNSORTED
from dlq.services.statistics.dimension import Dimension

NO_PATTERN = "0"
"""The value of entries that are in no pattern (yet)."""
TITLES = "SELECT id, title, task_identifier FROM dlq_failurepattern WHERE id = ANY (%(ids)s::bigint[])"


def _titles(values: Sequence[str]) -> dict[str, str]:
    found = rows(TITLES, {"ids": array(map(int, values))})
    return {NO_PATTERN: "not sorted in yet"} | {str(number): f"{title} ({task})" for number, title, task in found}


PATTERN = Dimension(
    "pattern",
    "Pattern",
    "failure patterns",
    "sorted_in.pattern_id",
    lambda value: {"pattern": UNSORTED if value == NO_PATTERN else value},
    _titles,
    # As the filter has it: an entry that failed again since is in no pattern until that failure is sorted in. The bounds
    # follow from the rest; they spare PostgreSQL the records of all other times.
    joined="LEFT JOIN dlq_entrypattern sorted_in ON sorted_in.entry_id = e.id"
    " AND sorted_in.failed_at >= e.failed_at AND sorted_in.failed_at <= e.failed_at"
    " AND sorted_in.failed_at >= {first} AND sorted_in.failed_at <= {last}",
    joined_to_requeue="LEFT JOIN dlq_requeuepattern sorted_in ON sorted_in.requeue_id = e.id",
    value="coalesce(merged.merged_into_id, {column}, 0)",
    value_joined="LEFT JOIN (SELECT id, merged_into_id FROM dlq_failurepattern WHERE merged_into_id IS NOT NULL) merged"
    " ON merged.id = {column}",
    first_time="{column} IN (SELECT id FROM dlq_failurepattern WHERE first_seen >= %(start)s)",
    nothing=NO_PATTERN,
    is_counted=False,
    has_titles=True,
)
