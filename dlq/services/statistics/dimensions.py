"""What failures are counted by. A further dimension is one more line in DIMENSIONS."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from dlq.display import queue_label
from dlq.filters.conditions import NO_QUEUE
from dlq.filters.pattern import UNSORTED
from dlq.models import FailurePattern


@dataclass(frozen=True)
class Dimension:
    """A property of entries, and how the list is filtered by one of its values.

    `column` is SQL over the entry `e` and what `joined` joins to it; never NULL. For a Requeue `e`, which keeps its entry's
    properties, `joined_to_requeue` joins the same.
    """

    name: str
    label: str
    plural: str
    column: str
    narrowed: Callable[[str], dict[str, str]]
    """The filter parameters for one value; empty where no filter can say it."""
    words: Callable[[Sequence[str]], Mapping[str, str]] = lambda values: {value: value for value in values}
    """What each of these values is called."""
    joined: str = ""
    joined_to_requeue: str = ""
    is_counted: bool = True
    """Whether it says something how many values there are."""
    always: bool = True
    """Whether it is counted on every page; one that costs much is only when the chart is to stack it."""


def _task(value: str) -> dict[str, str]:
    # A parameter without visible text counts as not given.
    return {"task_identifier": value} if value.strip() else {}


def _queue(value: str) -> dict[str, str]:
    if value == "":
        return {"queue_name": NO_QUEUE}
    return {"queue_name": value} if value.strip() and value != NO_QUEUE else {}


NO_PATTERN = "0"
"""The value of entries that are in no pattern (yet)."""


def _titles(values: Sequence[str]) -> dict[str, str]:
    titles = FailurePattern.objects.in_bulk([int(value) for value in values])
    found = {str(number): f"{pattern.title} ({pattern.task_identifier})" for number, pattern in titles.items()}
    return {NO_PATTERN: "not sorted in yet"} | found


DIMENSIONS = (
    Dimension("task_identifier", "Task", "tasks", "e.task_identifier", _task),
    Dimension(
        "queue_name",
        "Queue",
        "queues",
        "e.queue_name",
        _queue,
        lambda values: {value: queue_label(value) for value in values},
    ),
    Dimension(
        "priority",
        "Priority",
        "priorities",
        "e.priority",
        lambda value: {"priority_min": value, "priority_max": value},
        is_counted=False,
    ),
    Dimension(
        "pattern",
        "Pattern",
        "patterns",
        "coalesce(pattern.merged_into_id, pattern.id, 0)",
        lambda value: {"pattern": UNSORTED if value == NO_PATTERN else value},
        _titles,
        # As the filter has it: an entry that failed again since is in no pattern until that failure is sorted in.
        joined="LEFT JOIN dlq_entrypattern sorted_in ON sorted_in.entry_id = e.id AND sorted_in.failed_at >= e.failed_at"
        " LEFT JOIN dlq_failurepattern pattern ON pattern.id = sorted_in.pattern_id",
        joined_to_requeue="LEFT JOIN dlq_requeuepattern sorted_in ON sorted_in.requeue_id = e.id"
        " LEFT JOIN dlq_failurepattern pattern ON pattern.id = sorted_in.pattern_id",
        # The join costs more than all other counting together.
        always=False,
    ),
)
BY_NAME = {dimension.name: dimension for dimension in DIMENSIONS}


@dataclass(frozen=True)
class Counting:
    """The dimensions that one page counts by: those of every page, and the one that its chart stacks."""

    stacked: Dimension

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        return tuple(one for one in DIMENSIONS if one.always or one is self.stacked)

    def which(self, dimension: Dimension | None) -> int:
        """What GROUPING says of a line of this dimension: every other one is summed up. None: of a line of everything."""
        among = self.dimensions
        everything = (1 << len(among)) - 1
        return everything - (1 << (len(among) - 1 - among.index(dimension))) if dimension else everything

    def placeholders(self, *, of_requeues: bool = False) -> dict[str, str]:
        """What the statements by dimension have in braces."""
        among = self.dimensions
        columns = [f"d{number}" for number in range(len(among))]
        return {
            "columns": ", ".join(f"{one.column} AS {column}" for one, column in zip(among, columns, strict=True)),
            "joins": " ".join(one.joined_to_requeue if of_requeues else one.joined for one in among),
            "dimensions": ", ".join(columns),
            "totals": ", ".join(["()", *(f"({column})" for column in columns)]),
            "names": ", ".join(f"{column}::text" for column in columns),
            "stacked": columns[among.index(self.stacked)],
        }
