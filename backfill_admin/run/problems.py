"""What can be in the way of a start, each in one clear sentence."""

from __future__ import annotations

import socket

from django.db import OperationalError, connection

from backfill_admin.run import StartProblem
from dlq.models.backfilldlq import TABLE

HOST = "127.0.0.1"


def check_port(port: int) -> None:
    if not 0 < port < 65_536:
        raise StartProblem(f"PORT must be a number from 1 to 65535, not {port}.")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise StartProblem(
                f"Port {port} can't be used ({error.strerror}). Set another: PORT={port + 1} make run"
            ) from None


def check_database() -> None:
    """DATABASE_URL's server answers and has the queue and the table."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT to_regnamespace(%(quoted)s) IS NOT NULL,"
                " EXISTS (SELECT FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace"
                "         WHERE n.nspname = %(schema)s AND p.proname = 'add_jobs'),"
                " to_regclass(%(table)s) IS NOT NULL",
                {"quoted": TABLE.names["schema"].replace("%%", "%"), "schema": TABLE.schema, "table": TABLE.regclass},
            )
            schema, queue, table = cursor.fetchone() or (False, False, False)
    except (OperationalError, UnicodeError) as error:
        words = str(error).strip().splitlines()[0]
        raise StartProblem(f"The database of DATABASE_URL can't be reached: {words}") from None
    if not schema or not queue:
        what = "graphile_worker's functions" if schema else "such a schema"
        raise StartProblem(
            f"The queue should be in schema “{TABLE.schema}”, but the database of DATABASE_URL has no {what} there."
            " Set DLQ_SCHEMA to the queue's schema, or let graphile_worker install it first."
        )
    if not table:
        raise StartProblem(
            f"The database has the queue, but no table {TABLE.regclass}."
            " Create it with .venv/bin/python manage.py init_dlq, or set DLQ_TABLE."
        )
