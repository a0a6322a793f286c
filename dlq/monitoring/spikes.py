"""What jumped: much more failed of it in the last hours than in the same hours before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil

from dlq.db.statements import dicts
from dlq.models.entry_status import superseded
from dlq.redaction.masked_columns import masked_text
from dlq.table.location import DlqTable


@dataclass(frozen=True)
class Spike:
    """Of a task, or of one of its failure patterns: failures of the last hours, and of the same hours before."""

    task: str
    pattern: int | None
    title: str | None
    recent: int
    before: int


def spikes(table: DlqTable, now: datetime, *, hours: int, factor: int, least: int) -> list[Spike]:
    """The largest growth first. Of a task that jumped its patterns are left out."""
    same_hours = earlier(now, days=days_back(hours))
    parameters = {
        "now": now,
        "recent_after": earlier(now, hours=hours),
        "before_until": same_hours,
        "before_after": earlier(same_hours, hours=hours),
        "factor": factor,
        "least": least,
    }
    query = table.statement("monitoring/spikes", superseded=superseded("e"), title=masked_text("whole.title"))
    found = [Spike(**row) for row in dicts(query, parameters)]
    jumped = {one.task for one in found if one.pattern is None}
    return [one for one in found if one.pattern is None or one.task not in jumped]


def days_back(hours: int) -> int:
    """How many days before the same hours are: so many that they are over when the last hours begin."""
    return ceil(hours / 24)


def earlier(moment: datetime, **length: int) -> datetime:
    """The moment before it by days or hours, or the first that there is."""
    try:
        return moment - timedelta(**length)
    except OverflowError:
        return datetime.min.replace(tzinfo=UTC)
