"""Query strings of the links that pages make."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.http import QueryDict

Changes = Mapping[str, str | Sequence[str] | None]


def query_string(changes: Changes, given: QueryDict | None = None) -> str:
    """ "?…", the given parameters with these changed: to one value or several; None leaves a parameter out."""
    query = given.copy() if given is not None else QueryDict(mutable=True)
    for name, value in changes.items():
        if value is None:
            query.pop(name, None)
        else:
            query.setlist(name, [value] if isinstance(value, str) else list(value))
    return f"?{query.urlencode()}"
