"""What has to be done when nobody looks: each duty in its time, by any number of caretakers beside each other."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field

from django.db import Error, InterfaceError, OperationalError

from dlq.models import BulkOperation
from dlq.services.operations import advance_or_pause
from dlq.services.outcomes import settle
from dlq.services.sorting import forget_answers, sort_in
from dlq.services.statistics import snapshot
from dlq.services.trash import empty_trash

CHUNKS_BUDGET = 1.0
"""Seconds for one operation before the next one has its turn."""
SETTLE_BUDGET = 2.0
SORT_BUDGET = 2.0


@dataclass(frozen=True)
class Duty:
    """Something to do every so many seconds. Caretakers beside each other must not harm: each duty locks what it works on.

    `do` returns how much it did, for the log.
    """

    name: str
    every: float
    do: Callable[[], int]


def drive_operations() -> int:
    """Give each operation under way a turn. Returns the number of entries handled."""
    handled = 0
    with _first_failure_last() as failing:
        for operation in BulkOperation.objects.filter(state__in=BulkOperation.UNDER_WAY).order_by("pk"):
            with failing():
                handled += advance_or_pause(operation.pk, CHUNKS_BUDGET).handled_count - operation.handled_count
    return handled


@contextmanager
def _first_failure_last() -> Iterator[Callable[[], AbstractContextManager[None]]]:
    """What the database has no answer for now (a full disk, its time limit) holds up nothing else; it is raised at the end."""
    failures: list[Error] = []

    @contextmanager
    def failing() -> Iterator[None]:
        try:
            yield
        except (OperationalError, InterfaceError) as error:
            failures.append(error)

    yield failing
    if failures:
        raise failures[0]


DUTIES: tuple[Duty, ...] = (
    Duty("drive operations", 1, drive_operations),
    Duty("settle outcomes", 5, lambda: settle(SETTLE_BUDGET)),
    Duty("sort into patterns", 5, lambda: sort_in(SORT_BUDGET).entries),
    Duty("forget old answers", 3600, forget_answers),
    Duty("empty the trash", 3600, empty_trash),
    Duty("count the table", snapshot.EVERY_SECONDS, snapshot.count_the_table),
)


@dataclass
class Caretaker:
    """Remembers when each duty is due next."""

    duties: tuple[Duty, ...] = DUTIES
    due: dict[str, float] = field(default_factory=dict)

    def round(self) -> dict[str, int]:
        """Do what is due. Returns what was done, by duty."""
        done: dict[str, int] = {}
        with _first_failure_last() as failing:
            for duty in self.duties:
                if time.monotonic() < self.due.get(duty.name, 0.0):
                    continue
                self.due[duty.name] = time.monotonic() + duty.every
                with failing():
                    if amount := duty.do():
                        done[duty.name] = amount
        return done
