"""Which indexes the table has and lacks, how large they are or would be, and the statements that make them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from dlq.db.statements import dicts
from dlq.table.index_names import index_name
from dlq.table.indexes import TableState, table_state
from dlq.table.location import DlqTable
from dlq.table.wanted_indexes import Wanted, wanted

UNKNOWN_WIDTH = 32
"""Bytes of a column that was never analysed."""


@dataclass(frozen=True)
class Surroundings:
    """What the catalogue says around the indexes. Sizes and widths in bytes."""

    sizes: dict[str, int] = field(default_factory=dict)
    invalid: Sequence[str] = ()
    widths: dict[str, int] = field(default_factory=dict)
    partitions: Sequence[tuple[str, str]] = ()
    trigrams_available: bool = False
    trigrams_in: str | None = None

    @classmethod
    def of(cls, table: DlqTable) -> Surroundings:
        (row,) = dicts(table.statement("table/about_indexes"), {"table": table.regclass})
        read = {name: json.loads(value) if isinstance(value, str) and name != "trigrams_in" else value
                for name, value in row.items()}  # fmt: skip
        partitioned = read.pop("partitioned_sizes") or {}
        sizes = (read.pop("sizes") or {}) | partitioned
        return cls(sizes=sizes, **{name: value for name, value in read.items() if value is not None})

    @property
    def trigram_schema(self) -> str | None:
        """Where the operator class is, or will be once the extension is made; None where the server lacks pg_trgm."""
        return self.trigrams_in or ("public" if self.trigrams_available else None)


@dataclass(frozen=True)
class Advice:
    """One index: `size` in bytes is its own where it is there, else about what it would be."""

    wanted: Wanted
    is_there: bool
    size: int
    statements: Sequence[str]

    @property
    def sql(self) -> str:
        return "\n".join(self.statements)


def advice(table: DlqTable) -> list[Advice]:
    state, around = table_state(table), Surroundings.of(table)
    return [_advice(table, index, state, around) for index in wanted(table, around.trigram_schema)]


def _advice(table: DlqTable, index: Wanted, state: TableState, around: Surroundings) -> Advice:
    is_there = index.is_there(state)
    name = index_name(table, index.suffix)
    size = around.sizes.get(name, 0) if is_there else _estimated_size(index, state, around)
    return Advice(index, is_there, size, [] if is_there else statements_for(table, index, around))


def _estimated_size(index: Wanted, state: TableState, around: Surroundings) -> int:
    width = sum(around.widths.get(column, UNKNOWN_WIDTH) for column in index.columns)
    return int(state.estimated_rows * (width * index.bytes_per_byte + index.bytes_per_row))


def statements_for(table: DlqTable, index: Wanted, around: Surroundings, *, concurrently: bool = True) -> list[str]:
    """What makes the index, to be run one by one and (if concurrently) outside a transaction.

    A partitioned table can't be indexed concurrently in one go: its partitions are, one after the other.
    """
    name = index_name(table, index.suffix)
    made = []
    if "gin_trgm_ops" in index.on and around.trigrams_in is None:
        made.append("CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA public;")
    if name in around.invalid and not around.partitions:
        made.append(f"DROP INDEX {'CONCURRENTLY ' if concurrently else ''}IF EXISTS {_qualified(table, name)};")
    if not around.partitions or not concurrently:
        return [*made, create_index(table, index, concurrently=concurrently)]
    made.append(create_index(table, index, only=True))
    for schema, partition in around.partitions:
        part = DlqTable(schema, partition, table.job_id_column)
        made.append(create_index(part, index, concurrently=True))
        part_index = _qualified(part, index_name(part, index.suffix))
        made.append(f"ALTER INDEX {_qualified(table, name)} ATTACH PARTITION {part_index};")
    return made


def create_index(table: DlqTable, index: Wanted, *, concurrently: bool = False, only: bool = False) -> str:
    """The statement; harmless where an index of that name is there."""
    words: list[Any] = ["CREATE", "UNIQUE" if index.is_unique else "", "INDEX", "CONCURRENTLY" if concurrently else ""]
    words += ["IF NOT EXISTS", _plain_quoted(index_name(table, index.suffix)), "ON", "ONLY" if only else ""]
    words += [table.regclass, index.on.replace("%%", "%")]
    return f"{' '.join(filter(None, words))};"


def _qualified(table: DlqTable, name: str) -> str:
    return f"{table.names['schema'].replace('%%', '%')}.{_plain_quoted(name)}"


def _plain_quoted(name: str) -> str:
    return '"{}"'.format(name.replace('"', '""'))
