"""Whether requeueing helps: what became of the last requeues of a pattern's failures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dlq.db.statements import dicts
from dlq.models import FailurePattern
from dlq.outcomes.recovery_rate import KNOWN_ENDS, NOTHING, Recovery
from dlq.table.location import TABLE

MOST_REQUEUES = 200
"""Of a pattern that count, of those whose end is known: the last ones tell how it is now."""
MOST_LOOKED_AT = 5_000
"""Among so many of the last ones they are looked for: a page must not read a million that wait."""
MOST_OF_TASK = 50
"""Patterns of a task whose requeues are looked at."""


@dataclass(frozen=True)
class PatternRecovery:
    """What became of a pattern's last requeues. `is_cut`: there may be older ones, which don't count."""

    ends: Recovery = NOTHING
    is_cut: bool = False


def recovery_of(patterns: Sequence[int]) -> dict[int, PatternRecovery]:
    """By pattern; those without any requeue are left out."""
    known_ends = ", ".join(f"'{end.value}'" for end in KNOWN_ENDS)
    found = dicts(
        TABLE.statement("patterns/recovery", known_ends=known_ends),
        {"patterns": list(patterns), "most": MOST_REQUEUES, "most_looked_at": MOST_LOOKED_AT},
    )
    return {row.pop("pattern_id"): _recovery(row) for row in found}


def recovery_of_task(task: str) -> PatternRecovery:
    """Of the task's largest patterns together."""
    patterns = FailurePattern.objects.filter(task_identifier=task, merged_into=None).order_by("-entry_count")
    parts = recovery_of(list(patterns.values_list("pk", flat=True)[:MOST_OF_TASK])).values()
    return PatternRecovery(
        sum((part.ends for part in parts), NOTHING),
        is_cut=any(part.is_cut for part in parts),
    )


def _recovery(row: dict[str, int]) -> PatternRecovery:
    del row["requeues"]
    is_cut = bool(row.pop("is_cut"))
    return PatternRecovery(Recovery(**row), is_cut)
