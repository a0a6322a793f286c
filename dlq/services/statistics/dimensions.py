"""What failures are counted by. A further one is one more line in DIMENSIONS."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dlq.display import queue_label
from dlq.filters.conditions import NO_QUEUE


@dataclass(frozen=True)
class Dimension:
    """A property of entries, and how the list is filtered by one of its values.

    `column` is SQL over the entry `e` (or a Requeue, which keeps its entry's columns) and what `join` joins to it by
    `{entry}`, the entry's id. Never NULL for an entry.
    """

    name: str
    label: str
    plural: str
    narrowed: Callable[[str], dict[str, str]]
    """The filter parameters for one value; empty where no filter can say it."""
    words: Callable[[str], str] = str
    join: str = ""
    is_counted: bool = True
    """Whether it says something how many values there are."""

    @property
    def column(self) -> str:
        return f"e.{self.name}"


def _task(value: str) -> dict[str, str]:
    # A parameter without visible text counts as not given.
    return {"task_identifier": value} if value.strip() else {}


def _queue(value: str) -> dict[str, str]:
    if value == "":
        return {"queue_name": NO_QUEUE}
    return {"queue_name": value} if value.strip() and value != NO_QUEUE else {}


DIMENSIONS = (
    Dimension("task_identifier", "Task", "tasks", _task),
    Dimension("queue_name", "Queue", "queues", _queue, queue_label),
    Dimension(
        "priority",
        "Priority",
        "priorities",
        lambda value: {"priority_min": value, "priority_max": value},
        is_counted=False,
    ),
)
BY_NAME = {dimension.name: dimension for dimension in DIMENSIONS}

ALL = (1 << len(DIMENSIONS)) - 1
"""What GROUPING says of a line of everything: each dimension is summed up."""


def which(dimension: Dimension | None) -> int:
    """What GROUPING says of a line of this dimension: every other one is summed up."""
    return ALL - (1 << (len(DIMENSIONS) - 1 - DIMENSIONS.index(dimension))) if dimension else ALL


def placeholders(*, entry: str, stacked: Dimension | None = None) -> dict[str, str]:
    """What the statements by dimension have in braces; `entry` is the SQL of the entry's id."""
    columns = [f"d{number}" for number in range(len(DIMENSIONS))]
    return {
        "columns": ", ".join(f"{one.column} AS {column}" for one, column in zip(DIMENSIONS, columns, strict=True)),
        "joins": " ".join(dimension.join.format(entry=entry) for dimension in DIMENSIONS),
        "dimensions": ", ".join(columns),
        "totals": ", ".join(["()", *(f"({column})" for column in columns)]),
        "names": ", ".join(f"{column}::text" for column in columns),
        "stacked": columns[DIMENSIONS.index(stacked)] if stacked else "",
    }
