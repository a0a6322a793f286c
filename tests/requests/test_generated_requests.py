"""Thousands of generated requests over all pages: none ends in 500, shows what its filter excludes, or writes on GET.

`make fuzz` sends more of them, and others (FUZZ_REQUESTS, FUZZ_SEED).
"""

from __future__ import annotations

import io
import json
import os
import re
import traceback
from collections import Counter
from collections.abc import Iterator
from random import Random
from typing import Any
from urllib.parse import unquote_to_bytes
from wsgiref.util import setup_testing_defaults

import pytest
from django.contrib.auth.models import User
from django.core.signals import got_request_exception, request_finished, request_started
from django.db import close_old_connections, transaction
from django.http import QueryDict

from backfill_admin.wsgi import application
from tests.requests.generator import CURSORS, KNOWN, ZONES, Generator, Request
from tests.requests.judge import may_be_shown
from tests.requests.places import places
from tests.requests.world import make_world
from tests.support.database import sql
from tests.support.people import client_of

pytestmark = [pytest.mark.long, pytest.mark.django_db]

PARTS = 10
REQUESTS = int(os.environ.get("FUZZ_REQUESTS", "5000"))
CSRF = "c" * 32
SEED = os.environ.get("FUZZ_SEED", "1")
LIST, EXPORT = "dlq_backfilldlq_changelist", "dlq_backfilldlq_export"
ROWS = b'id="result_list"'
PATTERN_ROWS = b"dlq-pattern-table"
OTHER_LISTS = {
    "dlq_bulkoperation_changelist": ROWS,
    "dlq_deletedentry_changelist": ROWS,
    "dlq_failurepattern_changelist": PATTERN_ROWS,
}
"""What their pages have that show any row."""


class Browsers:
    """One for each person. What a request leaves behind in the database the next one does not find."""

    def __init__(self, people: dict[str, int]) -> None:
        users = {name: User.objects.get(pk=pk) for name, pk in people.items()}
        self.sessions = {name: client_of(user).cookies["sessionid"].value for name, user in users.items()}
        self.raised: list[str] = []

    def answer(self, request: Request) -> tuple[int, bytes]:
        """What the WSGI application answers, the one that a web server runs."""
        self.raised.clear()
        started: list[str] = []
        with transaction.atomic():
            if request.is_safe:
                sql("SET LOCAL transaction_read_only = on")
            response = application(self._environ(request), lambda status, *_headers: started.append(status))
            whole = b"".join(response)
            transaction.set_rollback(True)
        return int(started[0][:3]), whole

    def _environ(self, request: Request) -> dict[str, Any]:
        cookies = {"sessionid": self.sessions[request.person], "csrftoken": CSRF, **request.cookies}
        headers = {
            "Cookie": "; ".join(f"{name}={text}" for name, text in cookies.items()),
            "X-CSRFToken": CSRF,
            **request.headers,
        }
        environ: dict[str, Any] = {
            "REQUEST_METHOD": request.method,
            "PATH_INFO": unquote_to_bytes(request.path).decode("latin-1"),
            "QUERY_STRING": request.query,
            "CONTENT_TYPE": request.content_type,
            "CONTENT_LENGTH": str(len(request.body)),
            "REMOTE_ADDR": "127.0.0.1",
            "wsgi.input": io.BytesIO(request.body),
            **{f"HTTP_{name.upper().replace('-', '_')}": _latin(text) for name, text in headers.items()},
        }
        setup_testing_defaults(environ)
        return environ

    def note_what_is_raised(self, **_signal: Any) -> None:
        self.raised.append(traceback.format_exc())


def _latin(text: str) -> str:
    """A header as WSGI passes it on: each byte a letter."""
    return text.encode("utf-8", "surrogatepass").decode("latin-1")


def entries_of(request: Request, whole: bytes) -> list[int] | None:
    """That the list or the export shows; None for another page."""
    if request.place.name == LIST:
        return [int(number) for number in re.findall(rb'<span class="dlq-id">#(-?[0-9]+)</span>', whole)]
    if request.place.name == EXPORT and whole.endswith(b"}\n"):
        rows = [json.loads(line) for line in whole.splitlines()]
        return [row["id"] for row in rows if "id" in row]
    return None


def judge(request: Request, whole: bytes) -> int:
    """How many entries are shown; raises where one of them must not be."""
    try:
        query = QueryDict(request.query)
    except ValueError:
        return 0
    names = set(query)
    unknown = names - set(KNOWN[request.place.name]) - set(CURSORS)
    if request.place.name in OTHER_LISTS:
        assert not (unknown and OTHER_LISTS[request.place.name] in whole), f"rows in spite of {unknown}"
        return 0
    entries = entries_of(request, whole)
    if entries is None:
        return 0
    zone = request.cookies.get("dlq_tz", "UTC")
    allowed = may_be_shown(query, zone if zone in ZONES else "UTC") if not unknown else set()
    assert set(entries) <= allowed, f"{set(entries) - allowed} in spite of the filter"
    return len(entries)


@pytest.fixture(autouse=True)
def _one_connection() -> Iterator[None]:
    """The test's, which no request may close: it has the transaction that is undone at the end."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.parametrize("part", range(PARTS))
def test_answer_is_never_an_error_nor_shows_what_is_excluded_nor_writes_on_get(part: int) -> None:
    world = make_world()
    browsers = Browsers(dict(world.people))
    generator = Generator(Random(f"{SEED} {part}"), world, places())
    seen: Counter[int] = Counter()
    wrong: dict[str, str] = {}
    shown = 0
    got_request_exception.connect(browsers.note_what_is_raised)
    for _number in range(REQUESTS // PARTS):
        request = generator.request()
        status, whole = browsers.answer(request)
        seen[status] += 1
        raised = "".join(browsers.raised)
        if status >= 500:
            last = raised.strip().splitlines()[-1] if raised else ""
            wrong.setdefault(
                f"{status} {request.place.name} {last[:150]}", f"{request}\n{raised}\n{whole[-700:].decode()}"
            )
        elif status == 200 and request.place.name in KNOWN and request.method != "HEAD":
            try:
                shown += judge(request, whole)
            except AssertionError as error:
                wrong.setdefault(f"{request.place.name}: {error}"[:200], str(request))
    details = "\n\n".join(f"{what}\n{about}" for what, about in wrong.items())
    assert not wrong, "\n".join(["", *wrong, "", details])
    assert seen[200] > REQUESTS / PARTS / 4, "most requests are refused before they are looked at"
    assert shown > REQUESTS / PARTS / 4, "the lists are so empty that they say nothing"
