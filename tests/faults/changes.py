"""Changes of a database that somebody makes without asking us, and how they are undone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tests.faults.site import ROLE, Server

SCHEMA = "graphile_worker"
TABLE = f"{SCHEMA}.backfill_dlq"
Change = tuple[str, str]
"""Statements that break something, and those that undo it."""


def renamed(what: str, name: str) -> Change:
    place, _dot, own = name.rpartition(".")
    gone = f"{place}.gone" if place else "gone"
    return f"ALTER {what} {name} RENAME TO gone", f"ALTER {what} {gone} RENAME TO {own}"


def revoked(right: str, thing: str, role: str = ROLE) -> Change:
    return f"REVOKE {right} ON {thing} FROM {role}", f"GRANT {right} ON {thing} TO {role}"


def altered(change: str) -> Change:
    """A copy of the table takes its place: so a column's values are not lost."""
    return (
        f"ALTER TABLE {TABLE} RENAME TO whole; CREATE TABLE {TABLE} AS SELECT * FROM {SCHEMA}.whole;"
        f"ALTER TABLE {TABLE} {change}; GRANT ALL ON {TABLE} TO {ROLE}",
        f"DROP TABLE {TABLE}; ALTER TABLE {SCHEMA}.whole RENAME TO backfill_dlq",
    )


@contextmanager
def changed(server: Server, change: Change) -> Iterator[None]:
    there, back = change
    server.sql(*there.split(";"))
    try:
        yield
    finally:
        server.sql(*back.split(";"))
