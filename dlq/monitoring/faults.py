"""The database tells why: what a page says where it is away, full, read-only, busy or altered, and who can do something."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.template.response import SimpleTemplateResponse
from django.views.defaults import server_error as django_server_error

from dlq.conf import conf
from dlq.db.admission import Busy
from dlq.db.errors import first_line
from dlq.db.limits import TimedOut, in_time
from dlq.table.location import TABLE
from dlq.table.problems import what_is_wrong

logger = logging.getLogger("dlq")

RETRY_SECONDS = 5
"""After which a program that asks may ask again."""


@dataclass(frozen=True)
class Fault:
    """What is wrong in one sentence, and in another who can do what about it. `is_temporary`: the page works again by itself."""

    sentence: str
    remedy: str
    title: str = "The database can’t answer now"
    is_temporary: bool = True
    detail: str = ""
    """The database's own words, for who mends it."""

    @property
    def status(self) -> int:
        return 503 if self.is_temporary else 500


ADMINISTRATOR = "Whoever runs the database can help."
AWAY = Fault("The database does not answer: it is stopped, restarting, or out of reach.", ADMINISTRATOR)
NO_CONNECTION = Fault("The database has no free connection.", f"{ADMINISTRATOR} Often it is over in a moment.")
NO_ROOM = Fault("The database has run out of disk space or memory.", ADMINISTRATOR)
READ_ONLY = Fault("The database takes no changes at present: it is read-only, or a standby.", ADMINISTRATOR)
REFUSED = Fault(
    "The database does not let this application in: its password, role or database name is refused.", ADMINISTRATOR
)
NO_RIGHT = Fault(
    "The database role of this application lacks a right.", f"{ADMINISTRATOR} docs/table.md lists the rights."
)
LOCKED = Fault(
    "Somebody else holds what this page needs: a long change of the table, say. Nothing was changed.",
    "Try again in a moment.",
    title="Held by somebody else",
)
BUSY = Fault(
    "Several people are searching or exporting at this moment, and no more can at once.",
    "Try again in a moment. A search that an index answers does not have to wait.",
    title="Busy, try again in a moment",
)
ALTERED = Fault(
    "The table or the queue is not as this application needs it.",
    "Whoever changed it can help. The system checks (manage.py check --database default) say more.",
    title="The table was altered",
    is_temporary=False,
)

BY_STATE: tuple[tuple[tuple[str, ...], Fault], ...] = (
    (("57P", "08"), AWAY),
    (("53300",), NO_CONNECTION),
    (("53",), NO_ROOM),
    (("25006",), READ_ONLY),
    (("28", "3D000"), REFUSED),
    (("42501",), NO_RIGHT),
    (("55P03",), LOCKED),
    (("42P01", "42P02", "42703", "42704", "42804", "42846", "42883", "3F000", "0A000"), ALTERED),
)
"""Beginnings of SQLSTATE, and what they mean here; the first that fits."""


def fault_of(error: BaseException) -> Fault | None:
    """What the error means for who looks at a page; None for one that the database is not to blame for."""
    if isinstance(error, Busy):
        return BUSY
    known = _by_state(error) if isinstance(error, DatabaseError | InterfaceError) else None
    if known not in (None, ALTERED, NO_RIGHT):
        return known
    # Python or PostgreSQL stumbled over something: over an altered table, if it is one.
    with suppress(DatabaseError, InterfaceError):
        if problems := in_time(conf.STATEMENT_TIMEOUT, lambda: what_is_wrong(TABLE)):
            return Fault(" ".join(problems), ALTERED.remedy, ALTERED.title, is_temporary=False)
    return Fault(known.sentence, known.remedy, known.title, known.is_temporary, first_line(error)) if known else None


def _by_state(error: BaseException) -> Fault | None:
    state = getattr(error.__cause__, "sqlstate", None)
    if state is None:
        # psycopg gives none where it can't reach the server, or lost it.
        return (
            AWAY if isinstance(error, OperationalError | InterfaceError) and not isinstance(error, TimedOut) else None
        )
    return next((fault for beginnings, fault in BY_STATE if state.startswith(beginnings)), None)


def fault_page(request: HttpRequest, fault: Fault) -> HttpResponse:
    """Made without the database: it may be the reason."""
    context = {"fault": fault, "again": request.get_full_path() if request.method == "GET" else ""}
    answer = HttpResponse(render_to_string("dlq/monitoring/fault.html", context), status=fault.status)
    if fault.is_temporary:
        answer["Retry-After"] = str(RETRY_SECONDS)
    return answer


def explained(view: Callable[..., Any]) -> Callable[..., Any]:
    """A view that ends in a fault's page where the database is to blame, also while it looks who asks."""

    @wraps(view)
    def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            response = view(request, *args, **kwargs)
            return response.render() if isinstance(response, SimpleTemplateResponse) else response
        except (PermissionDenied, Http404):
            # Whatever the database is like, who may not see a page is told just that.
            raise
        except Exception as error:
            if (answer := _answer(request, error)) is None:
                raise
            return answer

    return shown


def server_error(request: HttpRequest) -> HttpResponse:
    """For a project's `handler500`: the fault's page on any page of the project, else Django's."""
    error = sys.exc_info()[1]
    return (_answer(request, error) if error else None) or django_server_error(request)


def _answer(request: HttpRequest, error: BaseException) -> HttpResponse | None:
    if (fault := fault_of(error)) is None:
        return None
    if fault is not BUSY:
        # A traceback only where somebody has to look into it.
        said = first_line(error)
        logger.error(
            "%s %s: %s (%s)", request.method, request.path, fault.sentence, said, exc_info=not fault.is_temporary
        )
    if fault is AWAY:
        connection.close()
    return fault_page(request, fault)
