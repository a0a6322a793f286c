"""Addresses of pages in the admin site that the request came through: a project may have several."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

_SITE: ContextVar[str | None] = ContextVar("site", default=None)


@contextmanager
def site_of(request: HttpRequest) -> Iterator[None]:
    """Within it addresses are those of this request's site, as they are in templates by themselves."""
    before = _SITE.set(request.resolver_match.namespace if request.resolver_match else None)
    try:
        yield
    finally:
        _SITE.reset(before)


def address_of(page: str, *arguments: Any) -> str:
    """Of a page by its name in the admin ("dlq_backfilldlq_changelist")."""
    return reverse(f"admin:{page}", args=arguments, current_app=_SITE.get())
