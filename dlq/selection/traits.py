"""What entries have in common: values that they have far more often than the rest of the table, from a bounded sample of both.

As everybody reads them: what is masked stays so.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dlq.db.identifiers import literal, quoted
from dlq.db.statements import array, dicts, rows
from dlq.filters import DlqFilterSet
from dlq.filters.payload import written_as_read
from dlq.filters.payload_columns import payload_columns
from dlq.redaction.masked_columns import masked_column, masked_json, masked_text
from dlq.redaction.steps import BEGINS
from dlq.selection.scan_places import admit_scan
from dlq.table.columns import TableColumn, listed_columns
from dlq.table.location import TABLE

SAMPLE = 1_000
"""Entries of either side that are read: the newest that match, and as many from all over the table that don't."""
LEAST = 3
"""Entries that have a value, for it to be a trait, where there are as many."""
SHARE = 15
"""Percentage that have it, and percentage points more than elsewhere."""
MOST_OF_KIND = 6
DEPTH = 6
"""Keys, and lists, to a value of a payload."""
LONGEST_PAYLOAD = 64 * 1024
"""Bytes, as stored; what is longer is not looked into."""
MASK = re.escape(BEGINS) + r"[^\]]*"
"""Whose words are not the error's."""


@dataclass(frozen=True)
class Trait:
    """A value with its percentages. `kind`: column (`name`), payload (`value` is what that filter takes), hour (UTC), the
    number of a pattern, or a word of the error."""

    kind: str
    name: str
    value: str
    here: float
    elsewhere: float


@dataclass(frozen=True)
class Traits:
    """Those of listed paths of the payload first, else the most telling. `here`, `elsewhere`: how many entries were looked at."""

    found: Sequence[Trait]
    here: int
    elsewhere: int


def traits_of(filterset: DlqFilterSet, ticked: Sequence[int] = ()) -> Traits:
    """Of all that match, or of those of them that are `ticked`. Raises Busy, as counting does."""
    if ticked:
        here = list(filterset.qs.filter(pk__any_of=ticked[:SAMPLE]).values_list("pk", flat=True))
    else:
        admit_scan(filterset)
        here = list(filterset.qs.order_by("-failed_at", "-id").values_list("pk", flat=True)[:SAMPLE])
    sampled = {number for (number,) in rows(TABLE.statement("selection/all_over"), {"sample": SAMPLE})} - {*here}
    if not ticked:
        sampled -= set(filterset.qs.filter(pk__any_of=list(sampled)).values_list("pk", flat=True))
    found = _found(here, sorted(sampled)) if here and sampled else []
    return Traits([trait for row in found if (trait := _trait(**row))], len(here), len(sampled))


def _found(here: Sequence[int], elsewhere: Sequence[int]) -> list[dict[str, Any]]:
    statement = TABLE.statement(
        "selection/traits",
        payload=f"CASE WHEN pg_column_size(e.payload) <= {LONGEST_PAYLOAD} THEN {masked_json('e.payload')} END",
        last_error=masked_json("e.last_error"),
        failure_reason=masked_text("e.failure_reason"),
        extra="".join(f", ({literal(column.name)}, ({_masked(column)})::text)" for column in listed_columns(TABLE)),
    )
    parameters = {
        "here": array(here),
        "elsewhere": array(elsewhere),
        "here_total": len(here),
        "elsewhere_total": len(elsewhere),
        "columns": json.dumps([column.path for column in payload_columns()]),
        "depth": DEPTH,
        "least": min(LEAST, len(here)),
        "share": SHARE,
        "most": MOST_OF_KIND,
        "mask": MASK,
    }
    return dicts(statement, parameters)


def _trait(kind: str, name: str, value: str, here: float, elsewhere: float) -> Trait | None:
    """None for a value of a payload that no filter can say."""
    if kind not in ("listed", "path"):
        return Trait(kind, name, value, here, elsewhere)
    condition = written_as_read(tuple(json.loads(name)), value)
    return Trait("payload", "", condition, here, elsewhere) if condition else None


def _masked(column: TableColumn) -> str:
    return masked_column(column, f"e.{quoted(column.name)}")
