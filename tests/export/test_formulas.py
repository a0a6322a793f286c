"""What counts as a formula: Python, which writes some of the CSV files, and PostgreSQL, which writes the others, agree."""

from __future__ import annotations

from itertools import product

import pytest

from dlq.export.cells import harmless_sql
from dlq.web.spreadsheets import harmless
from tests.support.database import sql

FORMULAS = [
    "=", "=1+1", "+1", "+4912345", "-", "-5+cmd|' /C calc'!A0", "-1-1", "--1", "-1e", "-1e5x", "-.", "-1.2.3", "-5\n", "-5 ",
    "-1,5", "-$5.00", "-01:00:00", "-infinity", "-Infinity", "-NaN", "-٣", "@SUM(A1)", "\tx", "\nx", "\r", "\r\n=1", "＝1",
    "＋1", "－1", "－5", "＠x", " =1", "  \t@x", "\x0b=1", "\x01=1", "\u00a0=1", "\u3000＝1", "\ufeff=1", "\u200b-x", "\u2060=1",
    " -5", "=\n2", "-5\x00"[:2] + "+A1",
]  # fmt: skip
"""A spreadsheet may run these, or show an error in their place."""
HARMLESS = [
    "", " ", "x", "x=1", "a\n=1", "-5", "-0", "-5.", "-.5", "-1.5e3", "-1E-30", "-1e+5", "-123456789012345678901234567890.00",
    "5", "1e5", "{=1+1}", "[-5,1)", "(-1,=1)", '"=1"', '{"a": "=1"}', "'=1", "  x", "é=1", "ß", "日本", "😀=1", "\u2212" + "5",
    "~", "_", "\\x3d", "/=", "<=", ">-1", "#", "%x", "!", ".5", ":", ";=1", "2026-01-01 00:00:00+00", "ＡＢＣ", "\x7f=", "`=",
]  # fmt: skip
STARTS = [
    "",
    " ",
    "\t",
    "\n",
    "\u3000",
    "=",
    "+",
    "-",
    "@",
    "＝",
    "－",
    "5",
    "-5",
    "x",
    "é",
    ".",
    "e",
    "\x1f",
    "\x7f",
    "\x80",
]


def by_sql(texts: list[str]) -> list[str]:
    query = f"SELECT {harmless_sql('cell')} FROM unnest(%s::text[]) WITH ORDINALITY AS t (cell, n) ORDER BY n"
    return [made for (made,) in sql(query, texts)]


def test_formulas_get_an_apostrophe_and_nothing_else_does() -> None:
    assert [harmless(text) for text in FORMULAS] == [f"'{text}" for text in FORMULAS]
    assert [harmless(text) for text in HARMLESS] == HARMLESS


@pytest.mark.django_db
def test_python_and_postgresql_agree_on_every_text() -> None:
    everything = [*FORMULAS, *HARMLESS, *map("".join, product(STARTS, repeat=3))]
    assert by_sql(everything) == [harmless(text) for text in everything]


@pytest.mark.django_db
def test_python_and_postgresql_agree_on_every_first_character() -> None:
    points = [point for point in range(1, 0x11000) if not 0xD800 <= point < 0xE000]
    everything = [f"{chr(point)}{rest}" for point in points for rest in ("", "=1")]
    assert by_sql(everything) == [harmless(text) for text in everything]


@pytest.mark.parametrize("value", [None, -5, -1.5, True])
def test_what_is_no_text_stays_what_it_is(value: object) -> None:
    assert harmless(value) is value
