"""A filter as the query string of an address."""

from __future__ import annotations

from django.http import QueryDict

STATUS = "status"
CURSORS = frozenset({"p", "e", "after", "before", "at", "far"})
"""Parameters of the list that say which page of it to show."""
SIZE, COLUMNS = "size", "columns"
NOT_FILTERS = CURSORS | {SIZE, COLUMNS, "o", "_popup"}
"""Parameters of the list that say how to show it, not what."""


def without_cursors(data: QueryDict) -> QueryDict:
    """Without empty values and cursors, so that a link stays short and starts on the first page."""
    kept = QueryDict(mutable=True)
    for name, values in data.lists():
        if name not in CURSORS:
            kept.setlist(name, [value for value in values if value.strip()])
    return kept
