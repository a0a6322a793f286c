"""An entry's columns as cells of a CSV file or values of a JSON object: the SELECT that the export copies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dlq.db.identifiers import literal, quoted
from dlq.web.spreadsheets import FORMULA, NUMBER, harmless

NO_FORMULAS = ("bigint", "integer", "smallint", "boolean", "uuid", "jsonb")
"""Types whose text begins with a digit, a letter, a brace, a quote, or is a number: nothing to look for, and no copy to make."""
CASTS_AS_PRINTED = ("text", "character varying", "timestamp with time zone")
"""Types whose cast to text is what COPY prints; others' (boolean, inet, character) is not."""

NO_STARTS = "".join(character for character in map(chr, range(0x21, 0x7F)) if harmless(character) == character)
"""Characters with which no formula begins: of ASCII only, so that a database of any encoding has them."""


@dataclass(frozen=True)
class Cell:
    """A column of the table, and the SQL expression that reads it."""

    value: str
    name: str
    type_name: str


def csv_select(cells: Sequence[Cell], source: str) -> str:
    """Each cell's text is made once, in the inner SELECT (OFFSET 0 keeps it there), and guarded in the outer one."""
    texts = ", ".join(f"{_printed(cell)} AS cell_{number}" for number, cell in enumerate(cells))
    guarded = ", ".join(
        f"{_guarded(f'cell_{number}', cell.type_name)} AS {quoted(harmless(cell.name))}"
        for number, cell in enumerate(cells)
    )
    return f"SELECT {guarded} FROM (SELECT {texts} FROM {source} OFFSET 0) AS line"  # noqa: S608 (quoted names)


def json_select(cells: Sequence[Cell], source: str) -> str:
    # `json` keeps line breaks between its values, which would break the line.
    values = ", ".join(
        f"{f'{cell.value}::jsonb' if cell.type_name == 'json' else cell.value} AS {quoted(cell.name)}" for cell in cells
    )
    return f"SELECT row_to_json(line) FROM (SELECT {values} FROM {source}) AS line"  # noqa: S608 (quoted names)


def _printed(cell: Cell) -> str:
    """The text that COPY would print; what holds no formulas stays what it is."""
    if cell.type_name in NO_FORMULAS:
        return cell.value
    if cell.type_name.split("(")[0] in CASTS_AS_PRINTED:
        return f"{cell.value}::text"
    return f"CASE WHEN num_nulls({cell.value}) = 0 THEN format('%%s', {cell.value}) END"


def _guarded(text: str, type_name: str) -> str:
    return text if type_name in NO_FORMULAS else harmless_sql(text)


def harmless_sql(text: str) -> str:
    """As `harmless` in dlq/web/spreadsheets.py. Nearly all cells are told by their first character, without the patterns."""
    return (
        f'CASE WHEN left({text}, 1) COLLATE "C" = ANY (string_to_array({literal(NO_STARTS)}, NULL)) THEN {text}'
        f" WHEN {text} ~ {literal(FORMULA)} AND {text} !~ {literal(NUMBER)} THEN '''' || {text} ELSE {text} END"
    )
