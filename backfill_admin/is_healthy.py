"""Whether the web server on this machine answers: `python -m backfill_admin.is_healthy` ends with 0 or 1, for containers."""

from __future__ import annotations

import http.client
import os
import sys

from django.conf import settings

HERE = "127.0.0.1"


def status(port: int) -> int | None:
    """What /healthz says; None where nothing answers. Not by urllib, which would ask a proxy that the environment names."""
    # One of the names that Django answers to; a pattern (".example.com", "*") stands for many.
    host = next((name for name in settings.ALLOWED_HOSTS if name.strip("*.")), HERE).lstrip("*.")
    connection = http.client.HTTPConnection(HERE, port, timeout=5)
    try:
        connection.request("GET", "/healthz", headers={"Host": host})
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backfill_admin.settings")
    sys.exit(status(int(os.environ.get("PORT", "8000"))) != http.HTTPStatus.OK)
