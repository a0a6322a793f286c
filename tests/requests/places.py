"""Every page that there is, found by asking Django, and what each of them knows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import get_resolver

ADMIN = "admin/dlq/"


@dataclass(frozen=True)
class Place:
    """The route of an address, with its variable parts as `{}`, and the name that the project calls it by."""

    route: str
    name: str

    @property
    def is_ours(self) -> bool:
        return self.route.startswith(ADMIN)


def places() -> list[Place]:
    """All but those of one fixed regular expression, which are Django's."""
    found = [Place(_template(route), name) for route, name in _walk(get_resolver().url_patterns)]
    return [place for place in found if not re.search(r"[\^$()]", place.route)]


def _walk(patterns: Sequence[Any], before: str = "") -> Iterator[tuple[str, str]]:
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            yield from _walk(pattern.url_patterns, route)
        else:
            yield route, pattern.name or ""


def _template(route: str) -> str:
    return re.sub(r"<[^>]*>", "{}", route)
