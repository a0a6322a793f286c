"""Changes of the table without making others wait for long.

A statement that waits for a lock on the table stands in line, and whoever comes after it stands behind it: one open export
would then keep all readers out. So it gives up after a few seconds. What is built CONCURRENTLY waits too, but nobody waits
for it, and giving up would leave an index that is not finished: it has no limit of ours.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby

from django.db import DatabaseError

from dlq.db.database import connection
from dlq.db.errors import first_line
from dlq.db.limits import Locked, lock_limit
from dlq.table.location import DlqTable

LOCK_SECONDS = 3
"""Shorter than a page's query may take (DLQ_STATEMENT_TIMEOUT), so that a page that stands behind still comes."""
LOCK_TIMEOUT = f"{LOCK_SECONDS}s"
SET_LIMIT = f"SET lock_timeout = '{LOCK_TIMEOUT}';"
RESET_LIMIT = "RESET lock_timeout;"


class NotMade(DatabaseError):
    """The table or an index could not be made; the text says why, and what to do."""


@contextmanager
def table_lock_limit(table: DlqTable, *, what_stays: str = "Nothing was changed.") -> Iterator[None]:
    """A transaction, or a savepoint of the caller's, that gives up where somebody holds the table. Raises NotMade then."""
    try:
        with lock_limit(LOCK_SECONDS):
            yield
    except Locked as error:
        raise NotMade(
            f"Somebody is working with {table.regclass} and holds it, perhaps an export or a backup: within {LOCK_SECONDS}"
            f" seconds it could not be locked. {what_stays} Try again later."
        ) from error


def execute_one_by_one(table: DlqTable, statements: Sequence[str]) -> None:
    """Outside a transaction, each with the limit that the `script` has for it. Raises NotMade."""
    for statement in statements:
        if _keeps_others_waiting(statement):
            with table_lock_limit(table, what_stays="What was made before stays."):
                execute_all([statement])
        else:
            _execute_concurrently(statement)


def execute_all(statements: Sequence[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def script(statements: Sequence[str]) -> str:
    """For psql, in one session: the limit is set for those that others would wait for."""
    lines: list[str] = []
    for is_limited, group in groupby(statements, _keeps_others_waiting):
        together = list(group)
        lines += [SET_LIMIT, *together, RESET_LIMIT] if is_limited else together
    return "\n".join(lines)


def _keeps_others_waiting(statement: str) -> bool:
    before_names = statement.partition('"')[0]
    return "CONCURRENTLY" not in before_names and not before_names.startswith("CREATE EXTENSION")


def _execute_concurrently(statement: str) -> None:
    try:
        execute_all([statement])
    except DatabaseError as error:
        raise NotMade(
            f"An index could not be finished: {first_line(error)}. What is left of it is used by no query; the next"
            " init_dlq drops it and begins again."
        ) from error
