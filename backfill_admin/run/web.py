"""The web server, and whether it answers."""

from __future__ import annotations

import http.client
import os
import sys
import time

from django.conf import settings

from backfill_admin.run.children import Child, Stop
from backfill_admin.run.problems import HOST

FIRST_ANSWER = 60
"""Seconds until the web server must have answered."""


def web_server(port: int) -> Child:
    command = [
        sys.executable, "-m", "gunicorn", "backfill_admin.wsgi", "--bind", f"{HOST}:{port}",
        "--worker-class", "gthread", "--workers", "2", "--threads", "8", "--log-level", "warning",
        "--no-control-socket",
        # Which headers of a proxy are believed is decided once, by DJANGO_PROXIES: gunicorn believes none.
        "--forwarded-allow-ips", "",
    ]  # fmt: skip
    return Child("The web server", command, os.environ, essential=True)


def wait_for_answer(port: int, web: Child, stop: Stop) -> bool:
    """Whether /healthz answers at last; not if asked to stop, or if the server ended or takes too long (said on stderr)."""
    deadline = time.monotonic() + FIRST_ANSWER
    status: int | None = None
    while time.monotonic() < deadline and not stop.wait(0.1):
        if web.has_ended():
            break
        status = _status(port)
        if status == http.HTTPStatus.OK:
            return True
    if not stop.asked:
        words = f"/healthz says {status}" if status else "it ended" if web.has_ended() else "it does not answer"
        print(f"backfill-admin: The web server did not start: {words}.", file=sys.stderr)
    return False


def _status(port: int) -> int | None:
    """Not by urllib, which would ask a proxy that the environment names."""
    # One of the names that Django answers to; a pattern (".example.com", "*") stands for many.
    host = next((name for name in settings.ALLOWED_HOSTS if name.strip("*.")), HOST).lstrip("*.")
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/healthz", headers={"Host": host})
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
