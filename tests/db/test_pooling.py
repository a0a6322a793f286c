"""Behind a pooler that gives each transaction another connection: pages keep their limits and leave no setting behind."""

from __future__ import annotations

import psycopg
import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.support.database import SCHEMA, another_connection, sql
from tests.support.entries import add_entries
from tests.support.large import make_large
from tests.support.operations import operate
from tests.support.pages import LIST, STATISTICS, ask, entry_url, get, operation_url, send
from tests.support.people import client_of
from tests.support.pooler import pooled

pytestmark = pytest.mark.django_db(transaction=True)

SETTINGS = ("statement_timeout", "enable_incremental_sort", "application_name", "lock_timeout")


def settings_now(address: str) -> list[str]:
    """Of the one server connection that the pooler has."""
    with psycopg.connect(address, autocommit=True) as plain:
        return [plain.execute("SELECT current_setting(%s)", [name]).fetchone()[0] for name in SETTINGS]  # type: ignore[index]


def test_every_page_works_and_leaves_the_connection_as_it_was_when_pooled(
    superuser: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = add_entries(120, failure_reason="CASE WHEN n = 100 THEN 'needle' ELSE 'hay' END")
    make_large(monkeypatch)
    client = client_of(superuser)
    with pooled() as address:
        before = settings_now(address)
        for path in (
            LIST,
            f"{LIST}count/",
            f"{LIST}breakdown/",
            f"{LIST}values/?of=queue_name",
            f"{LIST}indexes/",
            STATISTICS,
        ):
            assert get(client, path).status == 200
        assert "Nothing found so far" in get(client, LIST, q="needle").text
        assert get(client, entry_url(entries[0])).status == 200
        done = send(client, ask(client, "requeue", entries[:3]))
        assert "Requeued: 3 failed jobs." in " ".join(done.messages)
        response = client.get(f"{LIST}export/", {"format": "jsonl"})
        lines = b"".join(response.streaming_content).splitlines()  # type: ignore[attr-defined]
        assert lines[-1] == b'{"complete": true, "entries": 120}'
        assert settings_now(address) == before


def test_limit_holds_and_is_gone_afterwards_when_a_page_is_stopped_behind_a_pooler(
    superuser: User, settings: object
) -> None:
    settings.DLQ_STATEMENT_TIMEOUT = 0.3  # type: ignore[attr-defined]
    client = client_of(superuser)
    with pooled() as address:
        before = settings_now(address)
        with another_connection() as other:
            other.execute(f"LOCK TABLE {SCHEMA}.backfill_dlq IN ACCESS EXCLUSIVE MODE")
            assert get(client, LIST).title.startswith("This takes too long")
        assert settings_now(address) == before
        assert get(client, LIST).status == 200


def test_no_setting_is_made_for_longer_than_a_transaction_when_pages_are_shown(
    superuser: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_entries(120)
    make_large(monkeypatch)
    client = client_of(superuser)
    with CaptureQueriesContext(connection) as queries:
        for path in (LIST, f"{LIST}?q=needle", f"{LIST}count/", f"{LIST}values/?of=queue_name"):
            assert client.get(path).status_code == 200
    made = [query["sql"] for query in queries if "set_config" in query["sql"] or query["sql"].startswith("SET ")]
    assert made
    assert all(statement.endswith("true)") for statement in made)


def test_no_cursor_outlives_its_transaction_when_a_file_is_read_slowly(superuser: User) -> None:
    entries = add_entries(3, priority="40000")
    operation = operate("requeue", entries)
    lines = client_of(superuser).get(f"{operation_url(operation.pk)[: -len('change/')]}problems/").streaming_content  # type: ignore[attr-defined]
    read = [next(lines), next(lines)]
    assert sql("SELECT is_holdable FROM pg_cursors WHERE name LIKE '_django_curs%'") == [(False,)]
    assert len([*read, *lines]) == 4
