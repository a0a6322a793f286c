"""Whether requeueing helps: the one definition of the share that recovered, for every page, metric and command.

Of the requeues whose end is known: recovered, failed again, or lost, which is a failure as well. What was recalled or replaced,
what left the queue unseen and what has not ended yet says nothing; each is told beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

from dlq.models import Requeue

Outcome = Requeue.Outcome

KNOWN_ENDS = (Outcome.RECOVERED, Outcome.FAILED_AGAIN, Outcome.LOST)
SAY_NOTHING = (Outcome.UNKNOWN, Outcome.GONE)
ENDS = (*KNOWN_ENDS, *SAY_NOTHING)


@dataclass(frozen=True)
class Recovery:
    """How many requeues ended how."""

    recovered: int = 0
    failed_again: int = 0
    lost: int = 0
    unknown: int = 0
    gone: int = 0
    unsettled: int = 0

    @classmethod
    def of(cls, counts: Mapping[str, int]) -> Recovery:
        """Of numbers by outcome, or by state; every state that is no outcome has not ended yet."""
        ended = {end.value: counts.get(end, 0) for end in ENDS}
        return cls(**ended, unsettled=sum(counts.values()) - sum(ended.values()))

    @property
    def settled(self) -> int:
        """Those whose end is known."""
        return self.recovered + self.failed_again + self.lost

    @property
    def percent(self) -> int:
        """Of the settled that recovered, rounded down: 100 only where every one did."""
        return 100 * self.recovered // self.settled if self.settled else 0

    @property
    def besides(self) -> str:
        """In words what makes up the rest: the lost ones, and what does not count."""
        parts = (
            (self.lost, "lost"),
            (self.unknown, "unknown"),
            (self.gone, "recalled or replaced"),
        )
        return ", ".join(f"{number:,} {words}" for number, words in parts if number)

    def __add__(self, other: Recovery) -> Recovery:
        names = [one.name for one in fields(Recovery)]
        return Recovery(**{name: getattr(self, name) + getattr(other, name) for name in names})


NOTHING = Recovery()


def sums_of_ends(number: str, condition: str, suffix: str = "") -> str:
    """SQL: for each end a column of its name with the sum of `number` over the rows that have it as `outcome`."""
    return ",\n       ".join(
        f"coalesce(sum({number}) FILTER (WHERE {condition} AND outcome = '{end.value}'), 0)::bigint AS {end.value}{suffix}"
        for end in ENDS
    )
