"""Numbers of rows, as an address or a form has them and as a bigint column holds them."""

from __future__ import annotations

import re
from typing import TypeVar

from django.db.models import Model, QuerySet

M = TypeVar("M", bound=Model)

LEAST_ID, BIGGEST_ID = -(2**63), 2**63 - 1
"""A table's own counter begins at 1, but nothing keeps its owner from writing another number."""


def entry_number(text: str) -> int | None:
    """The id that the text says; None for what can't be one."""
    number = int(text) if re.fullmatch(r"-?[0-9]{1,19}", text) else BIGGEST_ID + 1
    return number if LEAST_ID <= number <= BIGGEST_ID else None


def by_number(rows: QuerySet[M], text: str) -> M | None:
    """The row with the id that the text says, if there is one."""
    number = entry_number(text)
    return None if number is None else rows.filter(pk=number).first()
