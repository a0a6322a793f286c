"""Texts in files that people open in a spreadsheet."""

from __future__ import annotations

FORMULA_STARTS = "=+-@\t\r"
"""A spreadsheet takes a cell that begins with one of these for a formula; an apostrophe before it makes it text."""


def harmless(text: str) -> str:
    return f"'{text}" if text.startswith(tuple(FORMULA_STARTS)) else text
