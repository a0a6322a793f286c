"""How the list is shown: which columns, and how many rows a page. Both are in its address."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.admin.utils import label_for_field
from django.http import QueryDict

from dlq.filters.addresses import COLUMNS, CURSORS, SIZE
from dlq.listing.list_columns import list_columns, offered_columns
from dlq.models import BackfillDlq

SIZES = (50, 100, 200, 500)
"""As many rows as can be ticked at once are the most."""
USUAL_SIZE = 100


def page_size(data: QueryDict) -> int:
    """What the address says, or the usual one for nonsense."""
    asked = data.get(SIZE, "")
    return int(asked) if asked in map(str, SIZES) else USUAL_SIZE


@dataclass(frozen=True)
class LayoutChoice:
    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True)
class Layout:
    """For the form that changes it. `kept` are the parameters that stay: all but the order, which counts columns."""

    columns: list[LayoutChoice]
    sizes: list[LayoutChoice]
    kept: list[tuple[str, str]]

    @classmethod
    def of(cls, data: QueryDict) -> Layout:
        shown, size = list_columns(data.getlist(COLUMNS)), page_size(data)
        names = {column.__name__ for column in shown}
        changed = {COLUMNS, SIZE, "o", *CURSORS}
        return cls(
            [
                LayoutChoice(name, label_for_field(column, BackfillDlq), column.__name__ in names)  # type: ignore[arg-type]
                for name, column in offered_columns().items()
            ],
            [LayoutChoice(str(number), f"{number} rows", number == size) for number in SIZES],
            [(name, value) for name, values in data.lists() if name not in changed for value in values],
        )
