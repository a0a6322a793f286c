"""Whether requeueing helps: what became of the last requeues of a pattern's failures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dlq.db.statements import dicts
from dlq.models import FailurePattern
from dlq.table.location import TABLE

MOST_REQUEUES = 200
"""Of a pattern that are looked at: the last ones tell how it is now, and a page must not read a million."""
MOST_OF_TASK = 50
"""Patterns of a task whose requeues are looked at."""


@dataclass(frozen=True)
class PatternRecovery:
    """What became of a pattern's last requeues. `is_cut`: there are more than MOST_REQUEUES, the older ones don't count."""

    recovered: int = 0
    failed_again: int = 0
    unsettled: int = 0
    is_cut: bool = False

    @property
    def settled(self) -> int:
        return self.recovered + self.failed_again

    @property
    def percent(self) -> int:
        """Of the settled that recovered, rounded down: 100 only where every one did."""
        return 100 * self.recovered // self.settled if self.settled else 0


def recovery_of(patterns: Sequence[int]) -> dict[int, PatternRecovery]:
    """By pattern; those without any requeue are left out."""
    found = dicts(TABLE.statement("patterns/recovery"), {"patterns": list(patterns), "most": MOST_REQUEUES})
    return {row.pop("pattern_id"): PatternRecovery(**row) for row in found}


def recovery_of_task(task: str) -> PatternRecovery:
    """Of the task's largest patterns together."""
    patterns = FailurePattern.objects.filter(task_identifier=task, merged_into=None).order_by("-entry_count")
    parts = recovery_of(list(patterns.values_list("pk", flat=True)[:MOST_OF_TASK])).values()
    return PatternRecovery(
        recovered=sum(part.recovered for part in parts),
        failed_again=sum(part.failed_again for part in parts),
        unsettled=sum(part.unsettled for part in parts),
        is_cut=any(part.is_cut for part in parts),
    )
