"""A bound on how much of one kind of work is done at once, by all processes on this database together."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from dlq.db.statements import rows

T = TypeVar("T")


class Busy(Exception):
    """As much of this kind of work is done already as may be done at once: try again in a moment."""


def admit(work: str, most: int) -> None:
    """Take one of `most` places for this kind of work, until the transaction ends. Raises Busy where all are taken.

    Within one transaction a second call takes the same place.
    """
    # One after the other until one is free: the series is not sorted, so LIMIT ends it.
    free = (
        "SELECT FROM generate_series(1, %(most)s) AS place"
        " WHERE pg_try_advisory_xact_lock(hashtext('dlq.' || %(work)s), place) LIMIT 1"
    )
    if not rows(free, {"most": most, "work": work}):
        raise Busy(work)


def unless_busy(read: Callable[[], T]) -> T | None:
    """What `read` returns; None where it was not admitted, for a part of a page that says so itself."""
    try:
        return read()
    except Busy:
        return None
