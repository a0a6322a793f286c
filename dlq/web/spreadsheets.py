"""Texts in files that people open in a spreadsheet: what one would take for a formula is made text by an apostrophe.

What a cell says decides, not the type of its column. The patterns mean the same to Python and to PostgreSQL, which makes
the export's cells itself (`dlq/export/copying.py`), in a database of any encoding.
"""

from __future__ import annotations

import re
from typing import Any

FORMULA = (
    r"^([\t\n\r]"
    r"|[\u0001-\u0020\u0085\u00a0\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u2064\u3000\ufeff]*[=+@\uff1d\uff0b\uff0d\uff20-])"
)
"""Begins with a tab or a line break, or with = + - @, plain or of full width, if need be after blanks and what is not seen."""
NUMBER = r"^-([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?\Z"
"""A negative number, which is to stay one."""

_FORMULA, _NUMBER = re.compile(FORMULA), re.compile(NUMBER)


def harmless(cell: Any) -> Any:
    """The cell as it may be written; what is no text has nothing that a spreadsheet could run."""
    if isinstance(cell, str) and _FORMULA.match(cell) and not _NUMBER.match(cell):
        return f"'{cell}"
    return cell
