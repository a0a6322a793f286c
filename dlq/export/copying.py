"""Everything that matches a filter as CSV or JSON lines, streamed by COPY: memory stays the same however much there is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

import psycopg
from django.db import DatabaseError
from django.db.models import QuerySet
from psycopg import ClientCursor

from dlq.db.database import connection
from dlq.db.identifiers import quoted
from dlq.db.loader import compiled
from dlq.db.statements import execute
from dlq.db.streams import streaming
from dlq.export.cells import Cell, csv_select, json_select
from dlq.models import BackfillDlq
from dlq.redaction.candidates import IsCandidate, has_index, is_looked_at
from dlq.redaction.masked_columns import Raw, masked_column
from dlq.table.columns import TableColumn, extra_columns, table_columns
from dlq.table.extra_columns import ExtraColumn, extra_alias
from dlq.table.indexes import table_state
from dlq.table.location import TABLE
from dlq.web.reader import RequestReader

ALIAS = "exported"
CANDIDATE = "is_candidate"
BLOCK = 64 * 1024
"""Bytes that are handed on at once: a row alone would cost the web server a call each."""
BROKEN = (DatabaseError, psycopg.Error)
"""Of statements that Django executes, and of the COPY, which psycopg does."""
FIELDS = BackfillDlq._meta.concrete_fields
Buffer = bytes | bytearray | memoryview
Select = Callable[[Sequence[Cell], str], str]
"""The statement that makes a file's lines of these cells, which come from the source."""


def csv_lines(
    entries: QuerySet[BackfillDlq], *, name: str = "", reader: RequestReader | None = None, unmasked: bool = False
) -> Iterator[bytes]:
    """A header and a line an entry, times in UTC, NULL as an empty cell. Formulas are made harmless.

    What breaks off says so in its last line. The first block is empty, and comes when the export was admitted: before it Busy
    is raised, or what the database raises where it can't read the table. `name` is what `progress` finds the export by.
    """
    count = _Counter(header=True)
    try:
        query = _query(entries, csv_select, unmasked)
        yield from _copy(query, "FORMAT csv, HEADER", name=name, reader=reader, count=count)
    except BROKEN:
        if count.has_begun:
            yield f"NOT COMPLETE: the export broke off after {count.entries} failed jobs\n".encode()
        raise


def json_lines(
    entries: QuerySet[BackfillDlq], *, name: str = "", reader: RequestReader | None = None, unmasked: bool = False
) -> Iterator[bytes]:
    """A JSON object an entry, values as they are, and a last line {"complete": true, "entries": n}: false, if it broke off.

    The first block is as that of `csv_lines`.
    """
    # A text without control characters needs no quoting by these two, so that COPY leaves the JSON as it is.
    options = r"FORMAT csv, QUOTE E'\x01', DELIMITER E'\x02'"
    count = _Counter()
    try:
        yield from _copy(_query(entries, json_select, unmasked), options, name=name, reader=reader, count=count)
    except BROKEN:
        if count.has_begun:
            yield b'{"complete": false, "entries": %d}\n' % count.entries
        raise
    yield b'{"complete": true, "entries": %d}\n' % count.entries


@dataclass
class _Counter:
    """PostgreSQL sends a row at a time, so what it sends is counted, whatever is within."""

    header: bool = False
    rows: int = 0
    has_begun: bool = False
    """Whether the export was admitted: what breaks off later has to say so in the file."""

    @property
    def entries(self) -> int:
        return max(self.rows - self.header, 0)


def _copy(
    query: str,
    options: str,
    *,
    name: str,
    reader: RequestReader | None,
    count: _Counter,
) -> Iterator[bytes]:
    """The rows in blocks. A consumer that closes the iterator ends the query: psycopg cancels it."""
    with streaming(reader, name=name) as raw:
        # Of whatever kind it is: LOCK TABLE takes no materialized view.
        execute(f"SELECT FROM {TABLE.names['table']} LIMIT 0")
        # What the table no longer allows is refused now, while there can still be a page that says so.
        raw.execute(f"EXPLAIN {query}")
        count.has_begun = True
        yield b""
        with raw.cursor() as copying, copying.copy(f"COPY ({query}) TO STDOUT WITH ({options})") as copy:
            for block in _blocks(copy, count):
                with reader.taking() if reader else nullcontext():
                    yield block


def _blocks(copy: Iterable[Buffer], count: _Counter) -> Iterator[bytes]:
    """Whole rows together, also the last ones before it breaks off."""
    block: list[Buffer] = []
    size = 0
    try:
        for row in copy:
            block.append(row)
            size += len(row)
            count.rows += 1
            if size >= BLOCK:
                yield b"".join(block)
                block, size = [], 0
    except psycopg.Error:
        yield b"".join(block)
        raise
    yield b"".join(block)


def _query(entries: QuerySet[BackfillDlq], select: Select, unmasked: bool) -> str:
    """With its parameters quoted in the text: COPY takes none."""
    aliases = {column.name: extra_alias(number) for number, column in enumerate(extra_columns(TABLE))}
    read: dict[str, Any] = {alias: ExtraColumn(name) for name, alias in aliases.items()}
    read |= {f"read_{field.name}": Raw(field.name) for field in FIELDS}
    aliases |= {str(field.column): f"read_{field.name}" for field in FIELDS}
    if not unmasked:
        read[CANDIDATE] = IsCandidate(TABLE, is_known=has_index(TABLE, table_state(TABLE)))
    query, parameters = compiled(entries.values(**read))
    # OFFSET 0 keeps PostgreSQL from asking for each cell anew whether the row is a candidate.
    source = f"({query} OFFSET 0) AS {ALIAS}"
    cells = [_cell(column, f"{ALIAS}.{quoted(aliases[column.name])}", unmasked) for column in table_columns(TABLE)]
    return ClientCursor(connection.connection).mogrify(select(cells, source), parameters)


def _cell(column: TableColumn, value: str, unmasked: bool) -> Cell:
    if unmasked:
        return Cell(value, column.name, column.type_name)
    masked = masked_column(column, value)
    if masked != value and is_looked_at(column):
        masked = f"(CASE WHEN {ALIAS}.{CANDIDATE} THEN {masked} ELSE {value} END)"
    return Cell(masked, column.name, column.type_name)
