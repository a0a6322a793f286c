"""Everything that matches a filter as CSV or JSON lines, streamed by COPY: memory stays the same however much there is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from psycopg import ClientCursor

from dlq import catalogue
from dlq.expressions import OwnerColumn, owner_alias
from dlq.models import BackfillDlq
from dlq.models.backfilldlq import TABLE
from dlq.table import quoted

JSON_TYPES = ("json", "jsonb")
TEXT_TYPES = ("text", "character varying", "character")
FORMULA_STARTS = "=+-@\t\r"
"""A spreadsheet takes a cell that begins with one of these for a formula; an apostrophe before it makes it text."""

ALIAS = "exported"


def csv_lines(entries: QuerySet[BackfillDlq]) -> Iterator[bytes]:
    """A header and a line an entry, times in UTC, NULL as an empty cell. Formulas are made harmless."""
    yield from _copy(entries, _csv_cell, "FORMAT csv, HEADER")


def json_lines(entries: QuerySet[BackfillDlq]) -> Iterator[bytes]:
    """A JSON object an entry, values as they are, and a last line {"complete": true, "entries": n} if nothing broke."""
    count = 0
    # A text without control characters needs no quoting by these two, so that COPY leaves the JSON as it is.
    options = r"FORMAT csv, QUOTE E'\x01', DELIMITER E'\x02'"
    for data in _copy(entries, _json_cell, options, "row_to_json(line)"):
        count += data.count(b"\n")
        yield data
    yield b'{"complete": true, "entries": %d}\n' % count


def _copy(
    entries: QuerySet[BackfillDlq], cell: Callable[[str, str], str], options: str, row: str = "line.*"
) -> Iterator[bytes]:
    columns = catalogue.columns(TABLE)
    aliases = {column.name: owner_alias(number) for number, column in enumerate(catalogue.owner_columns(TABLE))}
    owners: dict[str, Any] = {alias: OwnerColumn(name) for name, alias in aliases.items()}
    chosen = entries.order_by("-failed_at", "-id").values(
        *(field.name for field in BackfillDlq._meta.concrete_fields), **owners
    )
    cells = ", ".join(
        f"{cell(f'{ALIAS}.{quoted(aliases.get(column.name, column.name))}', column.type_name)} AS {quoted(column.name)}"
        for column in columns
    )
    query, parameters = chosen.query.sql_with_params()
    connection.ensure_connection()
    with connection.connection.cursor() as cursor:
        # COPY takes no parameters: psycopg writes them into the text, quoted.
        text = ClientCursor(connection.connection).mogrify(
            f"COPY (SELECT {row} FROM (SELECT {cells} FROM ({query}) AS {ALIAS}) AS line)"  # noqa: S608 (quoted names)
            f" TO STDOUT WITH ({options})",
            parameters,
        )
        with cursor.copy(text) as copy:
            for data in copy:
                yield bytes(data)


def _csv_cell(name: str, type_name: str) -> str:
    kind = type_name.split("(")[0]
    if kind not in (*TEXT_TYPES, *JSON_TYPES):
        return name
    starts = ", ".join(f"E'\\x{ord(start):02x}'" for start in FORMULA_STARTS)
    return f"CASE WHEN left({name}::text, 1) IN ({starts}) THEN '''' || {name}::text ELSE {name}::text END"


def _json_cell(name: str, type_name: str) -> str:
    # `json` keeps line breaks between its values, which would break the line.
    return f"{name}::jsonb" if type_name == "json" else name
