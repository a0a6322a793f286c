"""Whether failed jobs can be changed at all, whoever asks: not through a view, not as a role that may only look, and not where
the queue is too old."""

from __future__ import annotations

from typing import Any, NamedTuple

from dlq.db.statements import rows
from dlq.table.location import TABLE, DlqTable

VIEW = "{table} is a view, through which nothing is changed."
OLDER = (
    "the queue in schema {schema} is that of a graphile-worker older than 0.16. Nothing can be requeued into it: 0.16 is the"
    " oldest version that works, beside the Rust port."
)
READER = "this application’s database role may only look at {table}."
ANSWER = "_dlq_why_read_only"


def is_view(table: DlqTable) -> bool:
    return _state(table).is_view


def queue_is_older(table: DlqTable) -> bool:
    return _state(table).queue_is_older


def why_read_only(table: DlqTable) -> str:
    """A sentence that goes on after a colon; "" where it can be changed, or is not there."""
    state = _state(table)
    if state.queue_is_older:
        return OLDER.format(schema=table.schema)
    if state.is_view:
        return VIEW.format(table=table.plainly)
    return "" if state.may_change else READER.format(table=table.plainly)


def why_refused(user: Any) -> str:
    """The same, looked up once for each request's user, as Django does with permissions."""
    if not hasattr(user, ANSWER):
        setattr(user, ANSWER, why_read_only(TABLE))
    return str(getattr(user, ANSWER))


class _State(NamedTuple):
    is_view: bool = False
    may_change: bool = True
    queue_is_older: bool = False


def _state(table: DlqTable) -> _State:
    found = rows(table.statement("table/writable"), {"schema": table.schema, "table": table.name})
    return _State(*found[0]) if found else _State()
