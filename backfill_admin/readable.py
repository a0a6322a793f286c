"""What can't be read is answered before anything else looks at it."""

from __future__ import annotations

from codecs import lookup
from collections.abc import Callable

from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, UnreadablePostError
from django.http.multipartparser import MultiPartParserError

UNREADABLE = (BadRequest, SuspiciousOperation, MultiPartParserError, UnreadablePostError)


def only_readable(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware that answers 400 to a request that is not in UTF-8, too large, or broken.

    Where Django meets one later it makes its error page by looking once more for what can't be read, and ends in a 500.
    """

    def answer(request: HttpRequest) -> HttpResponse:
        try:
            _read(request)
        except UNREADABLE as problem:
            return HttpResponseBadRequest(str(problem), content_type="text/plain; charset=utf-8")
        return get_response(request)

    return answer


def _read(request: HttpRequest) -> None:
    # No browser sends another one. Django would decode by it, and with some of them makes text that neither PostgreSQL nor a
    # page can hold (half a surrogate pair).
    if request.encoding and lookup(request.encoding).name != "utf-8":
        raise BadRequest("Requests must be in UTF-8.")
    # Written as \000, which Django reads: it would look for a session of that name, and PostgreSQL refuses.
    if any("\x00" in text for text in request.COOKIES.values()):
        raise BadRequest("A cookie can't contain the NUL character.")
    # Both are read when they are asked for, and kept.
    _ = request.GET, request.POST
