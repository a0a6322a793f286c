"""Failure patterns as the sorting makes them."""

from __future__ import annotations

from dlq.models import EntryPattern, FailurePattern
from dlq.patterns.classifier import classify
from tests.support.database import sql


def group_everything() -> None:
    """Until nothing is left to do."""
    for _call in range(50):
        done = classify(60)
        assert done.is_complete
        if not done.entries:
            return
    raise AssertionError("there is always something left to sort")


def pattern_of(entry: int) -> FailurePattern:
    template = EntryPattern.objects.select_related("pattern__merged_into").get(pk=entry).pattern
    return template.merged_into or template


def pattern_ids(*entries: int) -> list[int]:
    return [pattern_of(entry).pk for entry in entries]


def check_counts() -> None:
    """Every count is what plain SQL counts of the entries that were grouped and are to be counted."""
    wrong = sql(
        "WITH whole AS (SELECT id AS template, coalesce(merged_into_id, id) AS id FROM dlq_failurepattern)"
        " SELECT p.id, p.entry_count, e.number, h.number FROM dlq_failurepattern p"
        " CROSS JOIN LATERAL (SELECT count(*) AS number FROM dlq_entrypattern e JOIN whole ON template = e.pattern_id"
        " WHERE whole.id = p.id AND e.is_counted) e"
        " CROSS JOIN LATERAL (SELECT coalesce(sum(entries), 0) AS number FROM dlq_patternhour h"
        " JOIN whole ON template = h.pattern_id WHERE whole.id = p.id) h"
        " WHERE p.entry_count <> e.number OR p.entry_count <> h.number"
    )
    assert wrong == []
    by_hour = (
        "SELECT pattern_id, date_trunc('hour', failed_at, 'UTC') AS hour, count(*) FROM dlq_entrypattern WHERE is_counted"
        " GROUP BY 1, 2"
    )
    assert sql(f"{by_hour} ORDER BY 1, 2") == sql(
        "SELECT pattern_id, hour, entries FROM dlq_patternhour WHERE entries <> 0 ORDER BY 1, 2"
    )
