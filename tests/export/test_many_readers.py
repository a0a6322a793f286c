"""Many who do not read what they asked for, and one who stops reading: the others are answered."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import psycopg
import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.test import Client, RequestFactory

from dlq.db import streams
from dlq.db.admission import Busy, admit
from dlq.db.streams import MOST_AT_ONCE
from dlq.export.copying import csv_lines, json_lines
from dlq.filters import DlqFilterSet
from dlq.web.reader import RequestReader
from tests.support.database import SCHEMA, another_connection
from tests.support.entries import add_entries, add_entry
from tests.support.pages import LIST, Page, entry_url
from tests.support.people import client_of
from tests.support.web import asked, sent, served

pytestmark = pytest.mark.django_db(transaction=True)

WIDE = "jsonb_build_object('text', repeat(md5(n::text), 600))"
EXPORT = f"{LIST}export/?format=jsonl"
TWENTY = 20


def test_list_and_health_are_answered_while_twenty_exports_stand_unread(superuser: User) -> None:
    add_entries(2_000, payload=WIDE)
    session = client_of(superuser).cookies["sessionid"].value
    with served(workers=2, threads=8) as port, ExitStack() as browsers:
        waiting = [browsers.enter_context(sent(port, EXPORT, session)) for _browser in range(TWENTY)]
        answers = [browser.getresponse() for browser in waiting]
        assert sorted(answer.status for answer in answers) == [200] * MOST_AT_ONCE + [503] * (TWENTY - MOST_AT_ONCE)
        busy = next(answer for answer in answers if answer.status == 503)
        assert (busy.headers["Retry-After"], b"Busy, try again in a moment" in busy.read()) == ("5", True)
        for address in ("/healthz", LIST):
            with asked(port, address, session) as answer:
                assert answer.status == 200, address
        # One of those admitted reads on, and has its whole file.
        lines = next(answer for answer in answers if answer.status == 200).read().splitlines()
        assert lines[-1] == b'{"complete": true, "entries": 2000}'
        with asked(port, EXPORT, session) as answer:
            assert answer.status == 200


@pytest.fixture
def browser() -> Iterator[tuple[RequestReader, socket.socket]]:
    """Who reads, as gunicorn shows them to us; and the other end of the connection."""
    ours, theirs = socket.socketpair()
    request = RequestFactory().get("/")
    request.META["gunicorn.socket"] = ours
    with ours, theirs:
        yield RequestReader(request), theirs


@pytest.mark.parametrize(
    ("lines", "last"), [(csv_lines, b"NOT COMPLETE: the export broke off"), (json_lines, b'{"complete": false')]
)
def test_reader_that_stops_is_cut_off_and_the_file_says_so(
    browser: tuple[RequestReader, socket.socket], monkeypatch: pytest.MonkeyPatch, lines: type, last: bytes
) -> None:
    monkeypatch.setattr(streams, "INTERVAL", 0.02)
    monkeypatch.setattr(streams, "STALLED_SECONDS", 0.1)
    monkeypatch.setattr(streams, "CUT_SECONDS", 0.1)
    add_entries(2_000, payload=WIDE)
    reader, their_end = browser
    file = lines(DlqFilterSet.of_pairs([]).qs, reader=reader)
    assert next(file) == b""
    assert len(next(file)) > 0
    their_end.settimeout(20)
    assert their_end.recv(1) == b"", "the connection was not cut"
    rest = []
    with pytest.raises(psycopg.Error, match="cancel"):
        rest.extend(file)
    assert rest[-1].startswith(last)
    assert not connection.in_atomic_block


def test_reader_that_is_slow_but_reads_has_everything(
    browser: tuple[RequestReader, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "INTERVAL", 0.02)
    monkeypatch.setattr(streams, "STALLED_SECONDS", 5)
    add_entries(100, payload=WIDE)
    reader, _their_end = browser
    received = b""
    for block in json_lines(DlqFilterSet.of_pairs([]).qs, reader=reader):
        received += block
        time.sleep(0.01)
    assert received.splitlines()[-1] == b'{"complete": true, "entries": 100}'


@contextmanager
def everything_taken(work: str, most: int) -> Iterator[None]:
    """By another process."""
    with another_connection() as other:
        for place in range(1, most + 1):
            other.execute("SELECT pg_advisory_xact_lock(hashtext(%s), %s)", [f"dlq.{work}", place])
        yield


def test_place_is_free_again_when_the_transaction_ends() -> None:
    with everything_taken("stream", MOST_AT_ONCE - 1), transaction.atomic():
        admit("stream", MOST_AT_ONCE)
        admit("stream", MOST_AT_ONCE)  # the same place
    with everything_taken("stream", MOST_AT_ONCE), pytest.raises(Busy), transaction.atomic():
        admit("stream", MOST_AT_ONCE)


@pytest.mark.parametrize("what", ["export", "payload"])
def test_busy_is_said_on_a_page_and_over_in_a_moment(superuser: User, what: str) -> None:
    entry = add_entry()
    address = EXPORT if what == "export" else f"{entry_url(entry).removesuffix('change/')}payload/"
    client = client_of(superuser)
    with everything_taken("stream", MOST_AT_ONCE):
        page = Page.of(client.get(address))
        assert (page.status, page.title) == (503, "Busy, try again in a moment")
        assert page.links("Try again") == [address]
    assert client.get(address).getvalue()


@pytest.mark.parametrize("address", [EXPORT, f"{LIST}export/?format=csv&q=needle"])
def test_page_says_so_when_somebody_holds_the_table(superuser: User, settings: object, address: str) -> None:
    settings.DLQ_STATEMENT_TIMEOUT = 0.3  # type: ignore[attr-defined]
    client: Client = client_of(superuser)
    add_entry()
    with another_connection() as other:
        other.execute(f"LOCK TABLE {SCHEMA}.backfill_dlq IN ACCESS EXCLUSIVE MODE")
        page = Page.of(client.get(address))
    assert (page.status, page.title) == (503, "Held by somebody else")
