"""How far an export is, as PostgreSQL itself reports it: the web server that streams it may be another process."""

from __future__ import annotations

from dataclasses import dataclass

from dlq.db import dicts
from dlq.models.backfilldlq import TABLE
from dlq.sql import statement

PREFIX = "dlq-export-"


@dataclass(frozen=True)
class Progress:
    """Of a running export; `entries` and `size` (bytes of the rows) are what was sent so far."""

    entries: int
    size: int
    seconds: float


def name_of(token: str) -> str:
    """What the export with this token calls itself in PostgreSQL's list of activities."""
    return f"{PREFIX}{token}"


def progress(token: str) -> Progress | None:
    """None where no such export runs: not yet, or not any more."""
    found = dicts(statement("export/progress", TABLE), {"name": name_of(token)})
    return Progress(**found[0]) if found else None
