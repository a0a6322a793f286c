"""What can be in the way of a start, each in one clear sentence."""

from __future__ import annotations

import fcntl
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.checks import ERROR, run_checks
from django.core.management import call_command
from django.db import Error as AnyDatabaseError
from django.db import connection

from backfill_admin.run import StartProblem
from dlq.table.location import TABLE

HOST = "127.0.0.1"


@contextmanager
def only_one(data: Path) -> Iterator[None]:
    """Two starts on one data folder would stop each other's database."""
    with (data / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise StartProblem(f"It runs already, on the data in {data}. Stop it, or set DATA_DIR.") from None
        yield


def check_port(port: int) -> None:
    if not 0 < port < 65_536:
        raise StartProblem(f"PORT must be a number from 1 to 65535, not {port}.")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise StartProblem(
                f"Port {port} can't be used ({error.strerror}). Choose another, as in: PORT=8001 make run"
            ) from None


def check_https() -> None:
    """Our web server speaks http only; without a trusted proxy it would send everybody to an address that nobody serves."""
    if settings.SECURE and not settings.PROXIES:
        raise StartProblem(
            "DJANGO_SECURE=1 needs a proxy that speaks https: set DJANGO_PROXIES to how many there are (docs/running.md)."
        )


def check_database() -> None:
    """DATABASE_URL's server answers and has the queue and the table.

    Asks the catalogue, which everybody may read: `to_regclass` raises where the role may not use the schema.
    """
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT n.oid IS NOT NULL, has_schema_privilege(n.oid, 'USAGE'),"
                " 2 = (SELECT count(DISTINCT proname) FROM pg_proc"
                "      WHERE pronamespace = n.oid AND proname IN ('add_jobs', 'complete_jobs')),"
                " EXISTS (SELECT FROM pg_class WHERE relnamespace = n.oid AND relname = %(table)s)"
                " FROM (VALUES (1)) AS one LEFT JOIN pg_namespace n ON n.nspname = %(schema)s",
                {"schema": TABLE.schema, "table": TABLE.name},
            )
            schema, usable, queue, table = cursor.fetchone() or (False, False, False, False)
    except (AnyDatabaseError, UnicodeError) as error:
        raise StartProblem(f"The database of DATABASE_URL can't be used: {_first_line(error)}") from None
    if not schema or not queue:
        lacks = "that schema has none of graphile_worker's functions" if schema else "there is no schema of that name"
        raise StartProblem(
            f"The queue should be in schema “{TABLE.schema}”, but in the database of DATABASE_URL {lacks}."
            " Set DLQ_SCHEMA to the queue's schema, or let graphile_worker install it first."
        )
    if not usable:
        raise StartProblem(f"The role of DATABASE_URL needs USAGE on schema “{TABLE.schema}”.")
    if not table:
        raise StartProblem(
            f"The database has the queue, but no table {TABLE.regclass}."
            " Create it with .venv/bin/python manage.py init_dlq, or set DLQ_TABLE."
        )


def check_project(databases: Sequence[str] = ()) -> None:
    """Django's system checks, of these databases too: errors stop the start, warnings are printed."""
    try:
        messages = run_checks(databases=list(databases))
    except AnyDatabaseError as error:
        raise StartProblem(f"The database can't be checked: {_first_line(error)}") from None
    lines = [f"{message.msg} {message.hint or ''}".strip() + f" ({message.id})" for message in messages]
    if errors := [line for line, message in zip(lines, messages, strict=True) if message.level >= ERROR]:
        raise StartProblem("\n".join(errors))
    for line in lines:
        print(f"Note: {line}", flush=True)


def migrate() -> None:
    try:
        call_command("migrate", verbosity=0, interactive=False)
    except AnyDatabaseError as error:
        raise StartProblem(f"The app's own tables can't be made in the database: {_first_line(error)}") from None


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or ["no message"])[0]
