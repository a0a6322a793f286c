"""What a kind of operation does with one chunk of locked entries, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from dlq.db.bisection import Refusal, apply_with_bisection
from dlq.operations.reasons import Reason


@dataclass
class ChunkResult:
    """What became of the entries of one chunk: how many were acted on, and why each of the others was not."""

    done: int = 0
    skipped: dict[int, Reason] = field(default_factory=dict)
    failed: dict[int, Reason] = field(default_factory=dict)


def refused(ids: Sequence[int], act: Callable[[Sequence[int]], None]) -> dict[int, Reason]:
    """Run `act` on all ids; those that PostgreSQL refuses alone, or that others hold, come back with the reason."""
    return {entry: reason_of(refusal) for entry, refusal in apply_with_bisection(ids, act).items()}


def suppressed(ids: Iterable[int]) -> dict[int, Reason]:
    """For entries that a statement left out although nothing spoke against it: a trigger's function returned null."""
    return {entry: Reason("suppressed") for entry in sorted(ids)}


def acted_on(ids: Sequence[int], done: set[int], failed: dict[int, Reason]) -> ChunkResult:
    """The result where each of the ids was acted on, or refused, or suppressed."""
    return ChunkResult(len(done), failed=failed | suppressed(set(ids) - done - set(failed)))


def reason_of(refusal: Refusal) -> Reason:
    return Reason("locked") if refusal.is_locked else Reason("refused", refusal.message)
