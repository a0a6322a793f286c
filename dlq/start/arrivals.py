"""What failed since a moment: how much, how much of it again, and by what causes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from dlq.db.statements import dicts
from dlq.models import FailurePattern
from dlq.models.entry_status import entry_status
from dlq.table.location import TABLE

MOST = 10_000
"""So many of the newest are looked at."""
PATTERNS = 5


@dataclass(frozen=True)
class Cause:
    """A pattern with the number of its failures; None: those that are not grouped yet."""

    pattern: FailurePattern | None
    failed: int
    open: int
    """Of these, how many did not recover."""


@dataclass(frozen=True)
class Arrivals:
    """Failures, each once, whatever became of them since."""

    failed: int
    new: int
    failed_again: int
    gone: int
    """Whose requeue was recalled, or whose job somebody replaced."""
    lost: int
    is_all: bool
    """Whether all were looked at; else the numbers are those of the newest."""
    causes: Sequence[Cause]


def arrivals(since: datetime, now: datetime) -> Arrivals:
    parameters = {"since": since, "now": now, "most": MOST, "patterns": PATTERNS}
    total, *groups = dicts(TABLE.statement("start/arrivals", status=entry_status("e")), parameters)
    patterns = FailurePattern.objects.in_bulk([group["pattern"] for group in groups if group["pattern"]])
    return Arrivals(
        failed=total["failed"],
        new=total["new"],
        failed_again=total["failed_again"],
        gone=total["gone"],
        lost=total["lost"],
        is_all=total["looked_at"] < MOST,
        causes=[Cause(patterns.get(group["pattern"]), group["failed"], group["open"]) for group in groups],
    )
