"""How many match a filter: exactly where that is cheap, up to a limit where it is not, with the database's estimate beside it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from dlq.conf import conf
from dlq.db.limits import in_time
from dlq.db.statements import database_now
from dlq.filters import DlqFilterSet
from dlq.selection.scan_places import admit_scan

LIMIT = 10_000
"""Counting so many takes a few milliseconds where an index helps; beyond it people ask for the exact number."""
UNASKED_SECONDS = 2.0
"""How long a number may be counted that nobody asked for."""
CAN_NOT_BE_GUESSED = ("q", "payload")
"""PostgreSQL's statistics say nothing of words and of what is within a payload."""


@dataclass(frozen=True)
class Count:
    """`number` is exact, None where it took too long; with `is_capped` there are more than so many.

    `estimate` is what the planner expects from its statistics; None where that would be a mere guess.
    """

    number: int | None
    is_capped: bool
    estimate: int | None
    as_of: datetime


def count_matching(filterset: DlqFilterSet, *, exactly: bool) -> Count:
    """Raises Busy where it would look at many, and as many do so already as may."""
    admit_scan(filterset)
    entries = filterset.qs.order_by()
    if not exactly and not filterset.is_narrowed and filterset.state.gives_order("failed_at", "id"):
        # What the list leaves out by itself is mostly old: among the newest the limit is soon reached.
        entries = filterset.qs.order_by("-failed_at", "-id")
    as_of = database_now()
    limited = entries if exactly else entries[: LIMIT + 1]
    number = in_time(conf.STATEMENT_TIMEOUT if exactly else UNASKED_SECONDS, limited.count)
    if number is None:
        return Count(None, False, _estimate(filterset), as_of)
    if exactly or number <= LIMIT:
        return Count(number, False, None, as_of)
    return Count(LIMIT, True, _estimate(filterset), as_of)


def _estimate(filterset: DlqFilterSet) -> int | None:
    """Above the limit: a smaller one would contradict what was counted."""
    if any(name in CAN_NOT_BE_GUESSED for name, *_rest in filterset.given):
        return None
    plan = in_time(UNASKED_SECONDS, lambda: filterset.qs.order_by().values("pk").explain(format="json"))
    rows = int(json.loads(plan)[0]["Plan"]["Plan Rows"]) if plan else 0
    return rounded(rows) if rows > LIMIT else None


def rounded(rows: int) -> int:
    """To two digits: more would look like knowledge."""
    step: int = 10 ** max(len(str(rows)) - 2, 0)
    return round(rows / step) * step
