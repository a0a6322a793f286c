"""Whoever drives an operation is asked to end in the middle of it: the answer still comes, and another driver does the rest."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection

import pytest
from django.contrib.auth.models import User

from dlq.models import BulkOperation, Requeue
from dlq.operations.confirmation import begin
from tests.engine.drivers import CARETAKER, PATIENCE, Watch, running
from tests.support.database import another_connection, database_url, sql
from tests.support.entries import add_entries
from tests.support.operations import confirm
from tests.support.pages import OPERATIONS
from tests.support.people import client_of
from tests.support.web import served

pytestmark = [pytest.mark.long, pytest.mark.django_db(transaction=True)]

ENTRIES = 20_000
CHUNK_SIZE = 50
"""So small that no driver is done with all of them before it is stopped."""
CSRF = "c" * 32


def test_a_web_server_that_is_stopped_finishes_its_answer_and_another_driver_the_operation(superuser: User) -> None:
    session = client_of(superuser).cookies["sessionid"].value

    def stopped(operation: BulkOperation, until_it_works: Callable[[], object]) -> None:
        with ThreadPoolExecutor(1) as browser:
            with served(workers=1, threads=2, DLQ_CHUNK_SIZE=str(CHUNK_SIZE)) as port:
                answer = browser.submit(drive, port, operation, session)
                until_it_works()
            # The server has ended; what was asked of it before came whole.
            status, page = answer.result(PATIENCE)
        assert (status, "dlq-operation" in page, "</html>" in page) == (200, True, True), page[-500:]

    drive_and_stop(stopped)


def test_a_caretaker_that_is_stopped_ends_in_order_and_another_one_goes_on() -> None:
    def stopped(_operation: BulkOperation, until_it_works: Callable[[], object]) -> None:
        with running(database_url(), *CARETAKER, DLQ_CHUNK_SIZE=CHUNK_SIZE) as caretaker:
            until_it_works()
            errors = caretaker.stop()
            assert (caretaker.process.returncode, errors) == (0, "")

    drive_and_stop(stopped)


def drive_and_stop(stopped: Callable[[BulkOperation, Callable[[], object]], None]) -> None:
    entries = add_entries(ENTRIES)
    operation, _new = begin(confirm("requeue", pairs=[]), actor="tester")
    with another_connection(autocommit=True) as observer:
        watch = Watch(observer, operation.pk, CHUNK_SIZE)
        began = watch.progress()
        stopped(operation, lambda: watch.until_it_moves(began))
        left = watch.progress()
        assert (left.state, 0 < left.handled < ENTRIES) == ("running", True), left
        # Nothing goes on behind the end, and what is recorded is what was done.
        time.sleep(0.2)
        assert watch.progress() == left
        assert [Requeue.objects.count(), *sql("SELECT count(*) FROM graphile_worker._private_jobs")[0]] == [
            left.handled,
            left.handled,
        ]
        with running(database_url(), *CARETAKER) as another:
            end = watch.until_it_ends(another)
            another.stop()
    assert (end.state, end.handled) == ("done", ENTRIES)
    assert list(Requeue.objects.order_by("entry_id").values_list("entry_id", flat=True)) == entries


def drive(port: int, operation: BulkOperation, session: str) -> tuple[int, str]:
    """What the open page of the operation sends every second."""
    headers = {
        "Host": "localhost",
        "Cookie": f"sessionid={session}; csrftoken={CSRF}",
        "X-CSRFToken": CSRF,
        "HX-Request": "true",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    with closing(HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as connection:
        connection.request("POST", f"{OPERATIONS}{operation.pk}/change/", "drive=running", headers)
        response = connection.getresponse()
        return response.status, response.read().decode()
