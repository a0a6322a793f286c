"""Requests come in UTF-8."""

from __future__ import annotations

import codecs
from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse


def only_utf8(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware that answers 400 to a charset other than UTF-8.

    No browser sends one. Django would decode by it, and with some of them makes text that neither PostgreSQL nor a page
    can hold (half a surrogate pair), or fails.
    """

    def answer(request: HttpRequest) -> HttpResponse:
        if request.encoding and codecs.lookup(request.encoding).name != "utf-8":
            raise BadRequest("Requests must be in UTF-8.")
        return get_response(request)

    return answer
