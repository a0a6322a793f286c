"""What the statistics page is asked for: the list's filter, a window of time, and what the chart stacks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict

from dlq.filters import DlqFilterSet
from dlq.filters.addresses import STATUS
from dlq.filters.status import ONCE, has_status
from dlq.models import BackfillDlq
from dlq.statistics.dimension import Dimension
from dlq.statistics.dimensions import BY_NAME, DIMENSIONS
from dlq.statistics.window import DEFAULT, LENGTHS, Window

OWN = "own"
TIMES = ("failed_after", "failed_before")
PARAMETERS = ("window", "by", "table")


@dataclass(frozen=True)
class StatisticsQuery:
    """`window_name` is one of LENGTHS, or OWN where the filter has times of its own."""

    filterset: DlqFilterSet
    untimed: DlqFilterSet
    """The filter without its times, which the window takes over."""
    of_requeues: DlqFilterSet
    """And without a status: that of an entry is what became of its requeue, so it would decide the rate."""
    window_name: str
    window: Window
    stacked: Dimension
    problems: list[str]

    @classmethod
    def of(cls, data: QueryDict, now: datetime, *, sees_all: bool = False) -> StatisticsQuery:
        filterset = DlqFilterSet(data, also_known=PARAMETERS, sees_all=sees_all)
        untimed = data.copy()
        for name in TIMES:
            untimed.pop(name, None)
        of_requeues = untimed.copy()
        of_requeues.pop(STATUS, None)
        name = data.get("window", DEFAULT)
        by = data.get("by", DIMENSIONS[0].name)
        problems = list(filterset.problems)
        if name not in LENGTHS:
            problems.append(f"There is no window “{name}”: it is one of {', '.join(LENGTHS)}.")
        if by not in BY_NAME:
            problems.append(f"Nothing is stacked by “{by}”: it is one of {', '.join(BY_NAME)}.")
        own = _own_window(filterset, LENGTHS.get(name, LENGTHS[DEFAULT])[1], now)
        return cls(
            filterset,
            DlqFilterSet(untimed, also_known=PARAMETERS, sees_all=sees_all),
            DlqFilterSet(of_requeues, also_known=PARAMETERS, sees_all=sees_all),
            OWN if own else name,
            own or Window.ending(now, LENGTHS.get(name, LENGTHS[DEFAULT])[1]),
            BY_NAME.get(by, DIMENSIONS[0]),
            problems,
        )

    @property
    def entries(self) -> QuerySet[BackfillDlq]:
        """Those that match the filter, whenever they failed: each failure once, unless the filter says which status."""
        return self.untimed.qs if self.untimed.data.get(STATUS) else self.untimed.qs.filter(has_status(ONCE))


def _own_window(filterset: DlqFilterSet, length: Any, now: datetime) -> Window | None:
    """The filter's times. Values of one parameter are OR-ed, so the widest of them is in force."""
    cleaned: dict[str, Any] = filterset.form.cleaned_data if filterset.is_valid() else {}
    after, before = (cleaned.get(name) for name in TIMES)
    if not after and not before:
        return None
    end = min(max(before).astimezone(UTC), now) if before else now
    try:
        start = min(after).astimezone(UTC) if after else end - length
    except OverflowError:
        start = end
    return Window.own(start, end)
