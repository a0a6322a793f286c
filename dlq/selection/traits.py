"""What entries have in common: values that they have far more often than the rest of the table, from a bounded sample of both.

As everybody reads them: what is masked stays so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from dlq.db.identifiers import literal, quoted
from dlq.db.statements import array, dicts, rows
from dlq.filters import DlqFilterSet
from dlq.redaction.masked_columns import masked_column, masked_json, masked_text
from dlq.redaction.steps import BEGINS
from dlq.selection.scan_places import admit_scan
from dlq.table.columns import TableColumn, listed_columns
from dlq.table.location import TABLE

SAMPLE = 1_000
"""Entries of either side that are read: the newest that match, and as many from all over the table that don't."""
LEAST = 3
"""Entries that have a value, for it to be a trait."""
SHARE = 15
"""Percentage that have it, and percentage points more than elsewhere."""
MOST_OF_KIND = 6
LONGEST_PAYLOAD = 64 * 1024
"""Bytes, as stored; what is longer is not looked into."""
MASK = re.escape(BEGINS) + r"[^\]]*"
"""Whose words are not the error's."""
ALL_OVER = """
SELECT DISTINCT found.id
FROM (SELECT min(id) AS low, max(id) AS high FROM {table}) AS ids
CROSS JOIN generate_series(1, %(sample)s) AS part
CROSS JOIN LATERAL (
    SELECT e.id FROM {table} e
    WHERE e.id >= (ids.low + (ids.high::numeric - ids.low) * part / %(sample)s)::bigint ORDER BY e.id LIMIT 1
) AS found
"""


@dataclass(frozen=True)
class Trait:
    """A value with its percentages. `kind`: path (`name`, in the payload), column, hour (UTC), or a word of the error."""

    kind: str
    name: str
    value: str
    here: float
    elsewhere: float


@dataclass(frozen=True)
class Traits:
    """The most telling first. `here`, `elsewhere`: how many entries were looked at."""

    found: Sequence[Trait]
    here: int
    elsewhere: int


def traits_of(filterset: DlqFilterSet) -> Traits:
    """Raises Busy, as counting does."""
    admit_scan(filterset)
    here = list(filterset.qs.order_by("-failed_at", "-id").values_list("pk", flat=True)[:SAMPLE])
    elsewhere = _others(filterset, here)
    if not here or not elsewhere:
        return Traits([], len(here), len(elsewhere))
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
        "least": LEAST,
        "share": SHARE,
        "most": MOST_OF_KIND,
        "mask": MASK,
    }
    found = dicts(statement, parameters)
    return Traits([Trait(**row) for row in found], len(here), len(elsewhere))


def _others(filterset: DlqFilterSet, here: Sequence[int]) -> list[int]:
    sampled = [number for (number,) in rows(ALL_OVER.format(table=TABLE.db_table), {"sample": SAMPLE})]
    matching = set(filterset.qs.filter(pk__in=sampled).values_list("pk", flat=True)) | set(here)
    return [number for number in sampled if number not in matching]


def _masked(column: TableColumn) -> str:
    return masked_column(column, f"e.{quoted(column.name)}")
