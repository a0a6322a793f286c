"""The WSGI application, for any WSGI server."""

import os
from collections.abc import Callable, Iterable
from typing import Any

import django
from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.core.handlers.wsgi import WSGIHandler

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backfill_admin.settings")


class Application(WSGIHandler):
    """Django's, with an answer also to what no request can be made of.

    Where a request names its charset, Django reads the parameters at once, before there is anything that turns an error into
    an answer: too many of them, or a charset that can't be read by, would end in the server's 500.
    """

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:  # type: ignore[override]
        _below_script_name(environ)
        try:
            return super().__call__(environ, start_response)
        except (SuspiciousOperation, UnicodeError):
            start_response("400 Bad Request", [("Content-Type", "text/plain")])
            return [b"This request can't be read."]


def _below_script_name(environ: dict[str, Any]) -> None:
    """Proxies hand on the whole path or what is below DJANGO_SCRIPT_NAME: both are read."""
    name = settings.FORCE_SCRIPT_NAME
    path = environ.get("PATH_INFO", "")
    if name and (path == name or path.startswith(f"{name}/")):
        environ["PATH_INFO"] = path.removeprefix(name) or "/"


django.setup(set_prefix=False)
application = Application()
