"""Links from the numbers: to the list of exactly the entries that a number counts, and to the page itself asked otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlencode

from django.http import QueryDict

from dlq.filters.addresses import STATUS
from dlq.filters.status import ONCE
from dlq.statistics.dimension import Dimension
from dlq.statistics.statistics_query import PARAMETERS, TIMES, StatisticsQuery
from dlq.statistics.window import Slot
from dlq.web.formatting import utc_text
from dlq.web.query_strings import query_string
from dlq.web.site_addresses import address_of

EVERYTHING: Mapping[str, str] = {}


class Links:
    def __init__(self, query: StatisticsQuery) -> None:
        self.window = query.window
        self.query = QueryDict(query.filterset.query, mutable=True)
        self.base = self.query.copy()
        for name in (*PARAMETERS, *TIMES):
            self.base.pop(name, None)
        # The list hides recovered entries unless it is told not to; here they count.
        self.base.setdefault(STATUS, ONCE)
        self.encoded: dict[tuple[str, ...], str] = {}
        self.list = address_of("dlq_backfilldlq_changelist")

    def entries(self, narrowed: Mapping[str, str] = EVERYTHING, slot: Slot | None = None) -> str:
        """The list of those that failed in the slot (in the whole window without one), the filter narrowed further."""
        start, last = (slot.start, slot.last) if slot else (self.window.start, self.window.end)
        return self.failed(start, last, narrowed)

    def failed(self, start: datetime, last: datetime, narrowed: Mapping[str, str]) -> str:
        times = dict(zip(TIMES, map(utc_text, (start, last)), strict=True))
        return self.timed({**times, **narrowed})

    def timed(self, narrowed: Mapping[str, str]) -> str:
        """The list by the filter without its times, narrowed to these parameters."""
        return f"{self.list}{self._base_without(tuple(narrowed))}&{urlencode(narrowed)}"

    def _base_without(self, names: tuple[str, ...]) -> str:
        """The filter's own part of a link, but for these parameters; remembered, since a page has hundreds of links."""
        if names not in self.encoded:
            self.encoded[names] = query_string(dict.fromkeys(names), self.base)
        return self.encoded[names]

    def value(self, dimension: Dimension, value: str, slot: Slot | None = None) -> str:
        """Those with this value; "" where no filter can ask for it."""
        narrowed = dimension.narrowed(value)
        return self.entries(narrowed, slot) if narrowed else ""

    def page(self, *, without: tuple[str, ...] = (), **changed: str) -> str:
        """The page itself with parameters changed."""
        return query_string({**dict.fromkeys(without), **changed}, self.query)
