"""Work within a transaction of somebody else's: settings are put back, and only the table's own constraints are touched."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from dlq.db.bisection import immediate_constraints
from dlq.db.database import atomic, connection
from dlq.db.identifiers import quoted
from dlq.db.session import settings_kept
from dlq.db.statements import execute, rows
from dlq.table.location import DlqTable

DEFERRABLE = (
    "SELECT conname::text, condeferred FROM pg_constraint"
    " WHERE conrelid = to_regclass(%(table)s) AND condeferrable ORDER BY conname"
)
SET_BY_US = ("lock_timeout", "plan_cache_mode")


@contextmanager
def visiting(table: DlqTable) -> Iterator[None]:
    """A transaction of our own; within the caller's a savepoint, which leaves no setting behind.

    In the caller's, deferred constraints of other tables stay deferred: what the caller has not finished yet must not be
    checked by us.
    """
    if not connection.in_atomic_block:
        with atomic():
            yield
        return
    with atomic(), settings_kept(*SET_BY_US):
        found = rows(DEFERRABLE, {"table": table.regclass})
        with immediate_constraints(_names(table, [name for name, _is_deferred in found])):
            yield
        if deferred := _names(table, [name for name, is_deferred in found if is_deferred]):
            execute(f"SET CONSTRAINTS {deferred} DEFERRED")


def _names(table: DlqTable, constraints: list[str]) -> str:
    return ", ".join(f"{table.names['schema']}.{quoted(name)}" for name in constraints)
