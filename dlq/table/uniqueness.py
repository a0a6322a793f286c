"""What the table's unique indexes allow: its owner decides them, and many shapes are in the field."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dlq.db.statements import dicts
from dlq.table.location import DlqTable

NOTES = "(SELECT a.attnum FROM pg_attribute a WHERE a.attrelid = i.indrelid AND a.attname = 'notes')"
"""The number of that column in the table of the index."""


@dataclass(frozen=True)
class Uniqueness:
    keys_are_unique: bool
    """No two entries have the same key, not even for a moment within a transaction."""
    upserts_by_key: bool
    """`ON CONFLICT (job_key) WHERE job_key IS NOT NULL` works, and means the entry with the same key."""
    is_deferrable: bool
    """A constraint waits until the commit: beside it PostgreSQL refuses an ON CONFLICT that names no columns."""
    of_keys: Sequence[str]
    """The unique indexes in which job_key has a part, also with other columns or within an expression."""


def uniqueness(table: DlqTable) -> Uniqueness:
    query = table.statement("table/uniqueness", **conditions(table))
    (found,) = dicts(query, {"table": table.regclass})
    return Uniqueness(**found)


def conditions(table: DlqTable) -> dict[str, str]:
    """What statements over pg_index ask of an index, by the names of their placeholders."""
    has_values = table.statement("table/has_values_of", number="i.indkey[0]")
    has_all_values = table.statement("table/has_all_values", has_values=has_values)
    return {
        "has_all_values": has_all_values,
        "has_notes": table.statement("table/has_values_of", number=NOTES),
        "on_key": table.statement("table/is_on_key", has_all_values=has_all_values),
    }
