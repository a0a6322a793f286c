"""What a requeue would meet, looked up before anybody says yes: by the same statements that decide afterwards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from django.utils import timezone

from dlq.db.limits import in_time
from dlq.models import BulkOperation
from dlq.operations.kinds.requeue.plan import Plan, plan_of
from dlq.operations.overview import AT_LEAST
from dlq.operations.selected import matching
from dlq.table.queue import oldest_due, queue_is_visible

MOST_CHECKED = AT_LEAST
"""Entries looked at, a tenth of a second's worth: of more, some stand for the rest."""
SECONDS = 2.0
SUSPICIOUS_WAIT = timedelta(minutes=2)
"""A worker polls every few seconds; a due job that waited longer makes one ask whether there is any."""
ON_THEIR_WAY = ("waiting", "running", "retrying")

PlanOf = Callable[[BulkOperation, Sequence[int]], Plan]


@dataclass(frozen=True)
class Preflight:
    """How many of the `checked` entries would be skipped, by reason code. `checked` is 0 where it could not be looked up."""

    checked: int
    is_sample: bool
    skipped: Counter[str] = field(default_factory=Counter)
    oldest_due: datetime | None = None
    """Since when the oldest job that may run has been waiting in the queue."""
    sees_queue: bool = True
    uncertain: int = 0
    """Of those that would go: how many may have succeeded, because their last attempt may still have run when they came here."""
    unknown: int = 0
    """Of those that would go: how many were requeued before, and left the queue unseen."""
    other_tasks: Counter[str] = field(default_factory=Counter)
    """Of how many entries a job of another task has the key, by its task."""

    @property
    def nobody_works(self) -> bool:
        """Whether it looks as if no worker took jobs from the queue."""
        return self.oldest_due is not None and timezone.now() - self.oldest_due > SUSPICIOUS_WAIT

    @property
    def on_their_way(self) -> int:
        return sum(self.skipped[code] for code in ON_THEIR_WAY)

    @property
    def have_run(self) -> int:
        return self.skipped["has_run"]

    @property
    def tasks_of_others(self) -> list[tuple[str, int]]:
        return self.other_tasks.most_common()

    @property
    def reasons(self) -> list[tuple[str, int]]:
        """Codes with their numbers, the most frequent first."""
        return self.skipped.most_common()

    @property
    def would_be_skipped(self) -> int:
        return self.skipped.total()

    @property
    def would_go(self) -> int:
        return self.checked - self.would_be_skipped


def preflight_of(operation: BulkOperation, seen: Sequence[int] = (), plan: PlanOf = plan_of) -> Preflight:
    """Look up what speaks against requeueing the operation's entries (it need not be saved yet); `plan` decides it.

    `seen`: the ids that the overview saw, which need not be looked for again.
    """
    if not queue_is_visible():
        return Preflight(0, is_sample=False, sees_queue=False)
    found = in_time(SECONDS, lambda: _look_up(operation, seen, plan)) or Preflight(0, is_sample=False)
    return replace(found, oldest_due=in_time(SECONDS, oldest_due))


def _look_up(operation: BulkOperation, seen: Sequence[int], plan_of: PlanOf) -> Preflight:
    ids = seen or list(matching(operation).order_by().values_list("id", flat=True)[: MOST_CHECKED + 1])
    # Nothing is locked, and keys may still be taken.
    plan = plan_of(operation, ids[:MOST_CHECKED])
    going = set(plan.chosen)
    return Preflight(
        len(plan.ids),
        len(ids) > MOST_CHECKED,
        Counter(why.code for why in (plan.skipped | plan.failed).values()),
        uncertain=len(going & plan.uncertain),
        unknown=len(going & plan.unknown),
        other_tasks=Counter(plan.other_tasks.values()),
    )
