"""What varies in a pattern that was merged of several templates."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from dlq.db.statements import dicts
from dlq.filters.pattern import AS_IT_WAS
from dlq.models import FailurePattern
from dlq.table.location import TABLE

MOST_SHOWN = 10


@dataclass(frozen=True)
class Variety:
    """One template: its failed jobs, and the address of their list."""

    title: str
    entries: int
    query: str


@dataclass(frozen=True)
class Varieties:
    """The largest templates, of how many."""

    shown: list[Variety]
    templates: int


def varieties_of(pattern: FailurePattern) -> Varieties | None:
    """None where there is a single template, or only one is left of what older rules merged."""
    found = dicts(TABLE.statement("pattern_pages/varieties"), {"pattern": pattern.pk, "most": MOST_SHOWN})
    shown = [
        Variety(row["title"], row["entries"], urlencode({"pattern": f"{AS_IT_WAS}{row['id']}", "status": "any"}))
        for row in found
        if row["entries"]
    ]
    return Varieties(shown, found[0]["templates"]) if len(shown) > 1 else None
