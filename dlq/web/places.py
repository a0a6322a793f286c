"""The main pages, which every page leads to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpRequest

from dlq.web.permissions import VIEW_ENTRIES, VIEW_OPERATIONS
from dlq.web.site_addresses import address_of

PLACES: tuple[tuple[str, str, tuple[str, ...], str], ...] = (
    ("Now", "app_list", ("dlq",), VIEW_ENTRIES),
    ("Failed jobs", "dlq_backfilldlq_changelist", (), VIEW_ENTRIES),
    ("Patterns", "dlq_failurepattern_changelist", (), VIEW_ENTRIES),
    ("Operations", "dlq_bulkoperation_changelist", (), VIEW_OPERATIONS),
    ("Statistics", "dlq_backfilldlq_statistics", (), VIEW_ENTRIES),
    ("Trash", "dlq_deletedentry_changelist", (), VIEW_ENTRIES),
)
"""Label, address (name and arguments) and right of each."""


@dataclass(frozen=True)
class Place:
    label: str
    link: str
    current: str
    """As aria-current has it: "page" for the page itself, "true" for a page below it, else ""."""
    news: str = ""
    """What goes on there at this moment, in two words."""


def places_of(request: HttpRequest, news: Mapping[str, str]) -> list[Place]:
    """Those that this person may see, with the news by their labels."""
    here = (request.resolver_match.url_name if request.resolver_match else None) or ""
    exact = {name for _label, name, _arguments, _right in PLACES} & {here}
    return [
        Place(label, address_of(name, *arguments), _current(name, here, is_below=not exact), news.get(label, ""))
        for label, name, arguments, right in PLACES
        if request.user.has_perm(right)
    ]


def _current(name: str, here: str, *, is_below: bool) -> str:
    if name == here:
        return "page"
    model, _underscore, page = name.rpartition("_")
    return "true" if is_below and page == "changelist" and here.startswith(f"{model}_") else ""
