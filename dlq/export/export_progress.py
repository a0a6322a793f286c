"""How far an export is, as PostgreSQL itself reports it: the web server that streams it may be another process."""

from __future__ import annotations

from dataclasses import dataclass

from dlq.db.statements import dicts
from dlq.table.location import TABLE

PREFIX = "dlq-export-"


@dataclass(frozen=True)
class ExportProgress:
    """Of a running export; `entries` and `size` (bytes of the rows) are what was sent so far."""

    entries: int
    size: int
    seconds: float


def name_of(token: str) -> str:
    """What the export with this token calls itself in PostgreSQL's list of activities."""
    return f"{PREFIX}{token}"


def progress_of(token: str) -> ExportProgress | None:
    """None where no such export runs: not yet, or not any more."""
    found = dicts(TABLE.statement("export/export_progress"), {"name": name_of(token)})
    return ExportProgress(**found[0]) if found else None
