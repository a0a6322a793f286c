"""A filter as the query string of an address."""

from __future__ import annotations

from django.http import QueryDict

STATUS = "status"
NOT_FILTERS = frozenset({"o", "p", "e", "_popup", "after", "before", "at", "far"})
"""Parameters of the list that say how to show it, not what."""


def query_string(data: QueryDict) -> str:
    """Without empty values and cursors, so that a link stays short and starts on the first page."""
    kept = QueryDict(mutable=True)
    for name, values in data.lists():
        if name not in {"p", "e", "after", "before", "at", "far"}:
            kept.setlist(name, [value for value in values if value.strip()])
    return kept.urlencode()
