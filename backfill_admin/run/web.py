"""The web server, and whether it answers."""

from __future__ import annotations

import http
import os
import sys
import time

from backfill_admin.is_healthy import status
from backfill_admin.run.children import Child, Stop
from backfill_admin.run.problems import HOST

FIRST_ANSWER = 60
"""Seconds until the web server must have answered."""


def web_server(port: int) -> Child:
    command = [
        sys.executable, "-m", "gunicorn", "-c", "python:backfill_admin.gunicorn_settings", "--bind", f"{HOST}:{port}",
    ]  # fmt: skip
    return Child("The web server", command, os.environ, essential=True)


def wait_for_answer(port: int, web: Child, stop: Stop) -> bool:
    """Whether /healthz answers at last; not if asked to stop, or if the server ended or takes too long (said on stderr)."""
    deadline = time.monotonic() + FIRST_ANSWER
    answer: int | None = None
    while time.monotonic() < deadline and not stop.wait(0.1):
        if web.has_ended():
            break
        answer = status(port)
        if answer == http.HTTPStatus.OK:
            return True
    if not stop.asked:
        words = f"/healthz says {answer}" if answer else "it ended" if web.has_ended() else "it does not answer"
        print(f"backfill-admin: The web server did not start: {words}.", file=sys.stderr)
    return False
