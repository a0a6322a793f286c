"""What failures are counted by, and how the statements say so. A further dimension is one more line in DIMENSIONS."""

from __future__ import annotations

from collections.abc import Iterable

from dlq.db.identifiers import literal
from dlq.filters.conditions import NO_QUEUE
from dlq.statistics.by_pattern import PATTERN
from dlq.statistics.dimension import Dimension
from dlq.web.formatting import queue_label


def _task(value: str) -> dict[str, str]:
    # A parameter without visible text counts as not given.
    return {"task_identifier": value} if value.strip() else {}


def _queue(value: str) -> dict[str, str]:
    if value == "":
        return {"queue_name": NO_QUEUE}
    return {"queue_name": value} if value.strip() and value != NO_QUEUE else {}


# The columns as text: groups of varchar(200) PostgreSQL takes to be so large that it would rather sort than hash them.
DIMENSIONS = (
    Dimension("task_identifier", "Task", "tasks", "e.task_identifier::text", _task),
    Dimension(
        "queue_name",
        "Queue",
        "queues",
        "e.queue_name::text",
        _queue,
        lambda values: {value: queue_label(value) for value in values},
    ),
    PATTERN,
    Dimension(
        "priority",
        "Priority",
        "priorities",
        "e.priority",
        lambda value: {"priority_min": value, "priority_max": value},
        is_counted=False,
    ),
)
BY_NAME = {dimension.name: dimension for dimension in DIMENSIONS}
COLUMNS = {dimension.name: f"d{number}" for number, dimension in enumerate(DIMENSIONS)}
"""What the statements call each of them."""


def placeholders() -> dict[str, str]:
    """What the statements by dimension have in braces."""
    columns = list(COLUMNS.values())
    named = list(zip(DIMENSIONS, columns, strict=True))
    return {
        "columns": ", ".join(f"{one.column} AS {column}" for one, column in named),
        "dimensions": ", ".join(columns),
        "joins": " ".join(one.joined for one in DIMENSIONS),
        "groups": ", ".join(f"({column})" for column in columns),
        "dimension": f"CASE 0 {' '.join(f'WHEN GROUPING({column}) THEN {literal(one.name)}' for one, column in named)} END",
        "values": ", ".join(
            f"CASE dimension WHEN {literal(one.name)} THEN {one.value.format(column=column)} END AS {column}"
            for one, column in named
        ),
        "texts": ", ".join(f"{column}::text" for column in columns),
        "value_joins": " ".join(one.value_joined.format(column=column) for one, column in named),
        "first_time": _any(one.first_time.format(column=column) for one, column in named),
        "left_out": _any(f"{column}::text = '{one.nothing}'" for one, column in named if one.nothing is not None),
    }


def _any(conditions: Iterable[str]) -> str:
    return f"({' OR '.join(filter(None, conditions))})"
