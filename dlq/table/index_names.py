"""What our indexes are called."""

from __future__ import annotations

import hashlib

from dlq.db.identifiers import LONGEST_NAME
from dlq.table.location import DlqTable


def index_name(table: DlqTable, suffix: str) -> str:
    """The library's own name for `backfill_dlq`; for another table one of its own, for a long one a shortened one."""
    name = f"idx_{table.name}_{suffix}"
    if len(name.encode()) <= LONGEST_NAME:
        return name
    return f"idx_{hashlib.sha256(table.name.encode()).hexdigest()[:16]}_{suffix}"
