"""Which indexes the table has and lacks, how large they are or would be, and the statements that make them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from dlq.db.identifiers import LONGEST_NAME, plainly_quoted
from dlq.db.statements import dicts
from dlq.table.indexes import TableState, table_state
from dlq.table.location import DlqTable
from dlq.table.lock_limit import script
from dlq.table.wanted_indexes import Wanted, wanted

Name = list[str]
"""Of a relation: schema and name, as JSON has them."""
UNKNOWN_WIDTH = 32
"""Bytes of a column that was never analysed."""


def index_name(table: DlqTable, suffix: str) -> str:
    """The library's own name for `backfill_dlq`; for another table one of its own, for a long one a shortened one."""
    name = f"idx_{table.name}_{suffix}"
    if len(name.encode()) <= LONGEST_NAME:
        return name
    return f"idx_{hashlib.sha256(table.name.encode()).hexdigest()[:16]}_{suffix}"


@dataclass(frozen=True)
class Surroundings:
    """What the catalogue says around the indexes. Sizes and widths in bytes."""

    sizes: dict[str, int] = field(default_factory=dict)
    """Also of those that are not finished."""
    invalid: Sequence[Name] = ()
    """What a broken build left behind, of the partitions too."""
    attached: Sequence[Name] = ()
    """The partitions' indexes that are part of one of the whole table."""
    widths: dict[str, int] = field(default_factory=dict)
    partitions: Sequence[Name] = ()
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
        return script(self.statements)


def advice(table: DlqTable, more: Sequence[Wanted] = ()) -> list[Advice]:
    """None on a view, whose indexes are those of the tables that it reads."""
    state, around = table_state(table), Surroundings.of(table)
    if state.is_view:
        return []
    return [_advice(table, index, state, around) for index in [*wanted(table, around.trigram_schema), *more]]


def _advice(table: DlqTable, index: Wanted, state: TableState, around: Surroundings) -> Advice:
    is_there = index.is_there(state)
    name = index_name(table, index.suffix)
    size = around.sizes.get(name, 0) if is_there else _estimated_size(index, state, around)
    statements = [] if is_there else statements_for(table, index, around, instead_of=index.replaces(state))
    return Advice(index, is_there, size, statements)


def _estimated_size(index: Wanted, state: TableState, around: Surroundings) -> int:
    width = sum(around.widths.get(column, UNKNOWN_WIDTH) for column in index.columns)
    return int(state.estimated_rows * (width * index.bytes_per_byte + index.bytes_per_row))


def statements_for(
    table: DlqTable,
    index: Wanted,
    around: Surroundings,
    *,
    concurrently: bool = True,
    instead_of: Sequence[str] = (),
) -> list[str]:
    """What makes the index and then drops the others, to be run one by one and (if concurrently) outside a transaction."""
    made = []
    if "gin_trgm_ops" in index.on and around.trigrams_in is None:
        made.append("CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA public;")
    if around.partitions and concurrently:
        return [*made, *_by_partition(table, index, around)]
    if not around.partitions:
        made += _drop_broken(table, index, around, concurrently=concurrently)
    made.append(create_index(table, index, concurrently=concurrently))
    return made + [_drop(table, name, concurrently=concurrently) for name in instead_of]


def _by_partition(table: DlqTable, index: Wanted, around: Surroundings) -> Iterator[str]:
    """A partitioned table can't be indexed concurrently in one go: its partitions are, one after the other, and then joined.

    What an earlier run made is not touched again, so that a script that broke off continues.
    """
    name = index_name(table, index.suffix)
    parts = [DlqTable(schema, partition, table.job_id_column) for schema, partition in around.partitions]
    lacking = [part for part in parts if [part.schema, index_name(part, index.suffix)] not in around.attached]
    for part in lacking:
        yield from _drop_broken(part, index, around, concurrently=True)
        yield create_index(part, index, concurrently=True)
    if name not in around.sizes:
        yield create_index(table, index, only=True)
    for part in lacking:
        part_index = _qualified(part, index_name(part, index.suffix))
        yield f"ALTER INDEX {_qualified(table, name)} ATTACH PARTITION {part_index};"


def _drop_broken(table: DlqTable, index: Wanted, around: Surroundings, *, concurrently: bool) -> Iterator[str]:
    name = index_name(table, index.suffix)
    if [table.schema, name] in around.invalid:
        yield _drop(table, name, concurrently=concurrently)


def _drop(table: DlqTable, name: str, *, concurrently: bool) -> str:
    return f"DROP INDEX {'CONCURRENTLY ' if concurrently else ''}IF EXISTS {_qualified(table, name)};"


def create_index(table: DlqTable, index: Wanted, *, concurrently: bool = False, only: bool = False) -> str:
    """The statement; harmless where an index of that name is there."""
    words: list[Any] = ["CREATE", "UNIQUE" if index.is_unique else "", "INDEX", "CONCURRENTLY" if concurrently else ""]
    words += ["IF NOT EXISTS", plainly_quoted(index_name(table, index.suffix)), "ON", "ONLY" if only else ""]
    words += [table.regclass, index.on.replace("%%", "%")]
    return f"{' '.join(filter(None, words))};"


def _qualified(table: DlqTable, name: str) -> str:
    return f"{table.names['schema'].replace('%%', '%')}.{plainly_quoted(name)}"
