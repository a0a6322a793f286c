"""What an error of the database means, by itself: by its SQLSTATE, or by its words where nobody let us in."""

from __future__ import annotations

import re

import psycopg
from django.db import InterfaceError

from dlq.db.admission import Busy
from dlq.db.limits import TimedOut
from dlq.faults.fault import (
    ALTERED,
    AWAY,
    BROKEN,
    BUSY,
    LOCKED,
    NO_CONNECTION,
    NO_RIGHT,
    NO_ROOM,
    READ_ONLY,
    REFUSED,
    TOO_SLOW,
    Fault,
)

BY_STATE: tuple[tuple[tuple[str, ...], Fault], ...] = (
    (("57014",), TOO_SLOW),
    (("57", "08"), AWAY),
    (("53300",), NO_CONNECTION),
    (("53",), NO_ROOM),
    (("25006",), READ_ONLY),
    (("28", "3D000"), REFUSED),
    (("42501",), NO_RIGHT),
    (("55P03", "40"), LOCKED),
    (("58", "XX001", "XX002"), BROKEN),
    # Names, types and functions; not the syntax, which would be our own mistake.
    (("42P", "427", "428", "3F000", "0A000"), ALTERED),
)
"""Beginnings of SQLSTATE, and what they mean here; the first that fits."""

BY_WORDS: tuple[tuple[tuple[str, ...], Fault], ...] = (
    (("too many", "connection slots", "no more connections"), NO_CONNECTION),
    (
        (
            "password",
            "authentication",
            "pg_hba.conf",
            "does not exist",
            "no such database",
            "no such user",
            "not permitted to log in",
            "permission denied for database",
            "not currently accepting connections",
        ),
        REFUSED,
    ),
)
"""Of a connection that was not made libpq gives the words only. In another language than English they mean `AWAY`."""
SERVER_SAID = re.compile(r"(?:FATAL|ERROR|fe_sendauth): (.*)", re.DOTALL)
"""Without the address before it, which may have any words."""


def meaning(error: BaseException) -> Fault | None:
    """None for an error that says nothing of the kind."""
    if isinstance(error, Busy):
        return BUSY
    if isinstance(error, TimedOut):
        return TOO_SLOW
    # What a statement of Django's raises has psycopg's error as its cause; a COPY raises that itself.
    raw = error if isinstance(error, psycopg.Error) else error.__cause__
    state = getattr(raw, "sqlstate", None)
    if state is not None:
        return next((fault for beginnings, fault in BY_STATE if state.startswith(beginnings)), None)
    if isinstance(raw, psycopg.OperationalError):
        said = SERVER_SAID.search(str(raw))
        words = said[1] if said else ""
        return next((fault for parts, fault in BY_WORDS if any(part in words for part in parts)), AWAY)
    return AWAY if isinstance(error, InterfaceError | psycopg.InterfaceError) else None
