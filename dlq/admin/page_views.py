"""Views of a ModelAdmin that only hand the request to the room that the page is in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from dlq.web.decorators import Right, page, to_view


def part(view: Callable[..., HttpResponseBase], **said: Any) -> Callable[..., Any]:
    """Of a view that takes the request, and what the address has."""
    return whole(lambda _model_admin, request, **arguments: view(request, **arguments), **said)


def whole(
    view: Callable[..., HttpResponseBase], *, right: Right | None = to_view, limited: bool = True
) -> Callable[..., Any]:
    """Of a view that takes the ModelAdmin besides, for the frame of a page; `page` says what the others mean."""

    @page(right=right, limited=limited)
    def shown(model_admin: Any, request: HttpRequest, /, **arguments: Any) -> HttpResponseBase:
        return view(model_admin, request, **arguments)

    return shown
