"""One entry's payload as a text to edit."""

from __future__ import annotations

from dataclasses import dataclass

from dlq.db.bisection import unless_refused
from dlq.db.statements import rows
from dlq.models.editrecord import DIGEST
from dlq.operations.kinds.edit.json_text import LONGEST
from dlq.redaction.masked_columns import json_has_masked
from dlq.table.location import TABLE


@dataclass(frozen=True)
class ShownPayload:
    """As PostgreSQL prints it, indented, every digit kept; with the digest of what is in the table."""

    text: str
    digest: str


def shown_payload(entry_id: int) -> ShownPayload | None:
    """None where it is too long for a text area, has something to mask, can't be printed, or the entry is gone."""
    parameters = {"entry": entry_id, "longest": LONGEST}
    is_masked = json_has_masked("e.payload::jsonb")
    query = TABLE.statement("operations/kinds/edit/shown", digest=DIGEST, is_masked=is_masked)
    found = unless_refused(lambda: rows(query, parameters))
    return ShownPayload(*found[0]) if found else None
