"""Whether failed jobs can be changed at all, whoever asks: not through a view, and not as a role that may only look."""

from __future__ import annotations

from typing import Any

from dlq.db.statements import rows
from dlq.table.location import TABLE, DlqTable

VIEW = "{table} is a view, through which nothing is changed."
READER = "this application’s database role may only look at {table}."
ANSWER = "_dlq_why_read_only"


def is_view(table: DlqTable) -> bool:
    return _state(table)[0]


def why_read_only(table: DlqTable) -> str:
    """A sentence that goes on after a colon; "" where it can be changed, or is not there."""
    is_a_view, may_change = _state(table)
    if is_a_view:
        return VIEW.format(table=table.plainly)
    return "" if may_change else READER.format(table=table.plainly)


def why_refused(user: Any) -> str:
    """The same, looked up once for each request's user, as Django does with permissions."""
    if not hasattr(user, ANSWER):
        setattr(user, ANSWER, why_read_only(TABLE))
    return str(getattr(user, ANSWER))


def _state(table: DlqTable) -> tuple[bool, bool]:
    found = rows(table.statement("table/writable"), {"schema": table.schema, "table": table.name})
    return found[0] if found else (False, True)
