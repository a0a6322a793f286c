"""Earlier lives of what is deleted: they go along, unless told otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dlq.db.limits import in_time
from dlq.models import BulkOperation, ChainLife
from dlq.operations.selected import matching
from dlq.outcomes.linking import link_entries
from dlq.outcomes.lives import count_earlier_lives, earlier_lives

SECONDS = 2.0


@dataclass(frozen=True)
class TakenAlong:
    """How many earlier lives a delete would take along; None where counting took too long."""

    count: int | None


def taken_along_by(operation: BulkOperation) -> TakenAlong | None:
    """For the confirmation page; None where there are none."""
    if not ChainLife.objects.exists():
        return None
    count = in_time(SECONDS, lambda: count_earlier_lives(matching(operation)))
    return None if count == 0 else TakenAlong(count)


def go_along_with(ids: Sequence[int]) -> set[int]:
    """The entries that are deleted along with these."""
    # What arrives while the operation is at work is linked now: afterwards nobody looks at it again.
    link_entries(ids)
    return earlier_lives(ids)
