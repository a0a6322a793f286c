"""Addresses that mean the same to everybody: a time that somebody typed on their own clock becomes absolute."""

from __future__ import annotations

from django.http import HttpRequest

from dlq.filters.filterset import DlqFilterSet

LOCAL = frozenset({"failed_after", "failed_before", "weekday_hour"})
"""The parameters that may be meant on somebody's clock."""


def shareable_address(request: HttpRequest) -> str | None:
    """Where the page has to lead for that; None where its address is as it should be, or can't be read."""
    if request.method != "GET" or not LOCAL & set(request.GET):
        return None
    filterset = DlqFilterSet(request.GET, also_known=request.GET)
    if not filterset.is_valid() or (query := filterset.shareable) == request.GET:
        return None
    return f"{request.path}?{query.urlencode()}"
