"""What the table's indexes and size allow: which order is read from an index, which filter is answered by one.

Read from the catalogue once a page. No page may read a large table from end to end, so what no index serves is either not
offered there or looked for piece by piece, newest first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dlq.db.statements import dicts
from dlq.table.location import DlqTable
from dlq.table.searched_text import SEARCHED_COLUMNS, WITHIN
from dlq.table.uniqueness import conditions

LARGE = 100_000
"""Rows above which a page does not sort without an index: so many are sorted in some 50 ms."""
MANY = 10_000
"""Rows above which a page does not look through all of them for words: so many are read in some 50 ms."""


@dataclass(frozen=True)
class Index:
    """A valid index of the table. A key is a column's name or an expression."""

    name: str
    method: str
    is_partial: bool
    has_all_values: bool
    """Of its first key: at most the rows without one are left out."""
    has_notes: bool
    """Whether it has just the rows with notes."""
    is_on_key: bool
    """Whether it keeps two entries from having the same job_key."""
    is_immediate: bool
    """Whether it does so at once, not only at the commit, as a deferrable constraint."""
    keys: Sequence[str]
    descending: Sequence[bool]
    operator_classes: Sequence[str]

    def gives_order(self, columns: Sequence[str]) -> bool:
        """Whether reading it forward or backward gives the rows ordered by these columns, all in one direction."""
        width = len(columns)
        return (
            self.method == "btree"
            and not self.is_partial
            and list(self.keys[:width]) == list(columns)
            and len(set(self.descending[:width])) == 1
        )


@dataclass(frozen=True)
class TableState:
    """The table as the catalogue knows it now. `estimated_rows` is as of the last (auto)analyze."""

    estimated_rows: int
    is_partitioned: bool
    is_view: bool
    """Which has no indexes; a materialized one may have some."""
    indexes: Sequence[Index]

    @property
    def is_large(self) -> bool:
        return self.estimated_rows > LARGE

    @property
    def has_many(self) -> bool:
        return self.estimated_rows > MANY

    def gives_order(self, *columns: str) -> bool:
        return any(index.gives_order(columns) for index in self.indexes)

    def finds(self, column: str) -> bool:
        """Whether rows with a value of this column are found by an index."""
        return any(
            index.method == "btree" and index.keys[0] == column and index.has_all_values for index in self.indexes
        )

    def steps_through(self, column: str) -> bool:
        """Whether an index has every row's value of this column in order."""
        return any(index.gives_order((column,)) for index in self.indexes)

    @property
    def has_unique_key(self) -> bool:
        return any(index.is_on_key and index.is_immediate for index in self.indexes)

    @property
    def has_deferrable_key(self) -> bool:
        return any(index.is_on_key and not index.is_immediate for index in self.indexes)

    @property
    def finds_payload(self) -> bool:
        """Whether an index answers `payload @> …`."""
        return any(
            index.method == "gin" and index.keys[0] == "payload" and index.has_all_values for index in self.indexes
        )

    @property
    def finds_notes(self) -> bool:
        """Whether an index leads to the rows that have notes."""
        return any(index.method == "btree" and index.has_notes for index in self.indexes)

    @property
    def finds_parts_of_notes(self) -> bool:
        """Whether the notes have a trigram index."""
        return any(
            index.method == "gin"
            and index.keys[0] == "notes"
            and "gin_trgm_ops" in index.operator_classes
            and index.has_all_values
            for index in self.indexes
        )

    @property
    def finds_parts_of_words(self) -> bool:
        """Whether the search's text has a trigram index."""
        return bool(self._searched_by("gin_trgm_ops"))

    @property
    def finds_parts_of_beginnings(self) -> bool:
        """Whether that is one of what a search looks at, and not of the whole text, however long."""
        return any(f"({WITHIN})" in key for key in self._searched_by("gin_trgm_ops"))

    @property
    def finds_words(self) -> bool:
        """Whether the search's text has a full text index."""
        return bool(self._searched_by("tsvector_ops"))

    def _searched_by(self, operator_class: str) -> list[str]:
        """The expressions of the search's indexes. Their makers and their names do not matter: each is over all columns that
        a search reads."""
        return [
            index.keys[0]
            for index in self.indexes
            if index.method == "gin"
            and not index.is_partial
            and operator_class in index.operator_classes
            and all(column in index.keys[0] for column in SEARCHED_COLUMNS)
        ]


def table_state(table: DlqTable) -> TableState:
    query = table.statement("table/index_state", **conditions(table))
    found = dicts(query, {"table": table.regclass})
    indexes = [
        Index(**{field: row[field] for field in Index.__dataclass_fields__}) for row in found if row["name"] is not None
    ]
    first = found[0]
    return TableState(first["estimated_rows"] or 0, bool(first["is_partitioned"]), bool(first["is_view"]), indexes)
