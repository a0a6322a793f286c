"""The chain of an entry: all that this one failure was, from requeue to requeue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dlq.db.statements import dicts
from dlq.outcomes.progress import unmatched_since
from dlq.table.location import TABLE


@dataclass(frozen=True)
class Life:
    """One entry of a chain. `failed_at` is None where the row vanished. Actor, time and operation are those of the requeue that
    it came from; None for the first life."""

    entry_id: int
    failed_at: datetime | None
    is_here: bool
    is_in_trash: bool
    actor: str | None
    requeued_at: datetime | None
    operation_id: int | None


@dataclass(frozen=True)
class Chain:
    """The lives of a failure, the first one first. An entry that never came back is one life."""

    lives: list[Life]

    @classmethod
    def of(cls, entry_id: int) -> Chain:
        """Looked up now, the caretaker may have been here or not."""
        found = dicts(TABLE.statement("entries/chain"), {"entry": entry_id, "since": unmatched_since()})
        return cls([Life(**row) for row in found])

    @property
    def standing(self) -> int | None:
        """The entry that stands for all: of those that are in the table the one that failed last."""
        return next((life.entry_id for life in reversed(self.lives) if life.is_here), None)

    def has_before(self, entry_id: int) -> bool:
        return self.before(entry_id) > 0

    def before(self, entry_id: int) -> int:
        """How many lives there were before this one, each of which came to its end by a requeue."""
        return [life.entry_id for life in self.lives].index(entry_id)

    def in_words(self, life: Life) -> str:
        """What a life is now."""
        if life.entry_id == self.standing:
            return "stands for all"
        if life.is_here:
            return "earlier life"
        return "in the trash" if life.is_in_trash else "no longer in the table"
