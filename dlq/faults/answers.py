"""Where the database is to blame that a page can't be shown, a page that says why; it is made without the database."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.contrib import admin
from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.db import connections
from django.db.transaction import non_atomic_requests
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.template.loader import render_to_string
from django.urls import NoReverseMatch
from django.views.defaults import server_error as django_server_error

from dlq.db.database import alias
from dlq.faults.diagnosis import fault_of
from dlq.faults.fault import AWAY, BUSY, Fault
from dlq.faults.meanings import meaning
from dlq.web.site_addresses import address_of, site_of
from dlq.web.stock_templates import rendered

logger = logging.getLogger("dlq")

RETRY_SECONDS = 5
"""After which a program that asks may ask again."""
READS = ("GET", "HEAD")
NOT_OURS = (Http404, PermissionDenied, BadRequest, SuspiciousOperation, MultiPartParserError)
"""What Django has a page of its own for."""


def fault_page(request: HttpRequest, fault: Fault) -> HttpResponse:
    with site_of(request):
        home, entries = _address("index"), _address("dlq_backfilldlq_changelist")
    context = {
        "fault": fault,
        "home": home,
        "entries": entries,
        "site_header": admin.site.site_header,
        "again": request.get_full_path() if request.method in READS else "",
    }
    answer = HttpResponse(render_to_string("dlq/faults/fault.html", context), status=fault.status)
    if fault.status == HTTPStatus.SERVICE_UNAVAILABLE:
        answer["Retry-After"] = str(RETRY_SECONDS)
    return answer


def _address(page: str) -> str:
    try:
        return address_of(page)
    except NoReverseMatch:  # the project has this app in no admin site
        return ""


def explained(view: Callable[..., Any]) -> Callable[..., Any]:
    """A view that ends in a fault's page where the database is to blame, also while it looks who asks.

    Never within a transaction of the whole request (ATOMIC_REQUESTS): an operation's chunks each have their own, and what
    a fault broke off must not be committed with its page.
    """

    @wraps(view)
    def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        # A connection that was kept open may be gone since the last request: what only reads then tries a new one.
        may_be_stale = request.method in READS and any(
            kept.connection for kept in connections.all(initialized_only=True)
        )
        try:
            return _made(view, request, *args, **kwargs)
        except NOT_OURS:
            raise
        except Exception as error:
            failure = error
        if may_be_stale and meaning(failure) is AWAY:
            connections.close_all()
            try:
                return _made(view, request, *args, **kwargs)
            except Exception as error:
                failure = error
        answer = _answer(request, failure)
        if answer is None:
            raise failure
        return answer

    return non_atomic_requests(alias())(non_atomic_requests(shown))


def _made(view: Callable[..., Any], request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
    with site_of(request):
        return rendered(view(request, *args, **kwargs))


def server_error(request: HttpRequest) -> HttpResponse:
    """For a project's `handler500`: the fault's page on any page of the project, else Django's."""
    error = sys.exc_info()[1]
    return (_answer(request, error) if error else None) or django_server_error(request)


def _answer(request: HttpRequest, error: BaseException) -> HttpResponse | None:
    if (fault := fault_of(error)) is None:
        return None
    if fault is not BUSY:
        # A traceback only where somebody has to look into it.
        trace = error if fault.status == HTTPStatus.INTERNAL_SERVER_ERROR else None
        logger.error("%s %s: %s", request.method, request.path, fault.words, exc_info=trace)
    return fault_page(request, fault)
