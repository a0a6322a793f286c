"""The two modes: a first run with everything of its own, or the web server alone on DATABASE_URL."""

from __future__ import annotations

from contextlib import ExitStack

from django.conf import settings
from django.db import connection

from backfill_admin.run.children import Child, Stop, watch
from backfill_admin.run.problems import HOST, check_database, check_https, check_port, check_project, migrate
from backfill_admin.run.web import wait_for_answer, web_server
from backfill_admin.settings import env


def run() -> int:
    """Start, serve until asked to stop, end in order. Returns the exit status."""
    port = env.int("PORT", 8000)
    check_project()
    check_https()
    stop = Stop()
    with ExitStack() as things:
        if settings.DEMO:
            # Not at the top: what it needs is not installed on a server that only serves.
            from backfill_admin.run.first_run import first_run

            children = first_run(things, port)
        else:
            children = _on_database(port)
        connection.close()
        if stop.asked:
            return 0
        for child in children:
            things.callback(child.stop)
            child.start()
        if not wait_for_answer(port, children[0], stop):
            return 0 if stop.asked else 1
        _welcome(port)
        return watch(children, stop)


def _on_database(port: int) -> list[Child]:
    """Nothing but the web server, and the app's own tables, which must share the queue's transactions."""
    check_port(port)
    check_database()
    check_project(databases=["default"])
    print("Migrating the app's own tables (dlq_*, auth_*, …) in the database of DATABASE_URL.", flush=True)
    migrate()
    return [web_server(port)]


def _welcome(port: int) -> None:
    people = " for the proxy; people come by https." if settings.SECURE else ""
    print(f"\nbackfill-admin is at http://{HOST}:{port}{settings.SCRIPT_NAME}/{people}")
    if settings.DEMO:
        print("Log in as admin with password admin. The entries are samples.")
    else:
        print("Log in as a staff user; the first one is made by: .venv/bin/python manage.py createsuperuser")
    print("Ctrl-C stops everything and keeps the data.", flush=True)
