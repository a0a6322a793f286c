"""Which entries may have something to mask: one look at a row, or none where an index of the table has the answer.

PostgreSQL makes a regular expression's automaton anew for each text, which for a row of a file takes longer than all the rest.
"""

from __future__ import annotations

import re
from hashlib import sha256

from django.db.models import BooleanField

from dlq.db.expressions import OfRow
from dlq.db.identifiers import quoted
from dlq.redaction.masked_columns import MASKED, secret_name
from dlq.redaction.rules import configured
from dlq.redaction.written_rules import may_have
from dlq.table.columns import TableColumn, extra_columns
from dlq.table.indexes import TableState
from dlq.table.location import DlqTable
from dlq.table.wanted_indexes import Wanted

LONG = 1_000_000
"""Bytes of a text that counts as a candidate unread: whoever writes a row must not wait for it, or need four times the memory."""
OF_ANY_RULES = re.compile(r"^idx_.*_masked_[0-9a-f]{8}$")
"""The index's name, whatever the rules."""
READ_TYPES = ("text", "character varying", "json", "jsonb")
"""What can be looked at in an index: the text of other types may depend on settings."""


class IsCandidate(OfRow):
    """Whether something of the entry may have to be masked. False is certain, for the columns that `is_looked_at` names."""

    output_field = BooleanField()

    def __init__(self, table: DlqTable, *, is_known: bool) -> None:
        """`is_known`: by the index."""
        super().__init__()
        self.table = table
        self.is_known = is_known

    def written(self, row: str) -> str:
        if not self.is_known:
            return _may_have(self.table, f"{row}.")
        found = f"SELECT id FROM {self.table.names['table']} WHERE {_may_have(self.table)}"  # noqa: S608 (quoted names)
        return f"({row}.id IN ({found}))"


def is_looked_at(column: TableColumn) -> bool:
    return column.type_name.split("(")[0] in READ_TYPES and not secret_name(column.name)


def masking_indexes(table: DlqTable) -> list[Wanted]:
    """The one that is wanted; none where there are no rules."""
    return [] if configured().is_empty else [masking_index(table)]


def masking_index(table: DlqTable) -> Wanted:
    """Of the entries that have something to mask by the rules as they are. Other rules need another."""
    return Wanted(
        _suffix(table),
        f"(id) WHERE {_may_have(table)}",
        ("id",),
        "Masking exports: which failed jobs have anything to mask is then known beforehand, by DLQ_REDACT as it is now.",
        lambda state: has_index(table, state),
        # Most entries have none.
        bytes_per_row=2,
        replaces=lambda state: [
            index.name
            for index in state.indexes
            if OF_ANY_RULES.match(index.name) and not index.name.endswith(_suffix(table))
        ],
    )


def has_index(table: DlqTable, state: TableState) -> bool:
    """By its name alone: what it says is asked of PostgreSQL by the whole condition, which another index does not answer."""
    return any(index.name.endswith(f"_{_suffix(table)}") for index in state.indexes)


def _suffix(table: DlqTable) -> str:
    return f"masked_{sha256(_may_have(table).encode()).hexdigest()[:8]}"


def _may_have(table: DlqTable, of: str = "") -> str:
    """The condition. `of` is the row's alias, with a point.

    One CASE, so that PostgreSQL takes it as a whole: an index is used only where a query has the very same one.
    """
    if configured().is_empty:
        return "false"
    columns = [*MASKED, *(column.name for column in extra_columns(table) if is_looked_at(column))]
    texts = [f"{of}{quoted(name)}::text" for name in columns]
    whole = "(" + " || E'\\n' || ".join(f"coalesce({text}, '')" for text in texts) + ")"
    is_long = " OR ".join(f"octet_length({text}) > {LONG}" for text in texts)
    return f"(CASE WHEN {is_long} THEN true ELSE {may_have(whole)} END)"
