"""Who reads a file while it is made: the browser at the other end of the web server's connection."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.http import HttpRequest


class RequestReader:
    """As `dlq.db.streams` watches it. Where the web server does not show its connection (gunicorn does), nothing is known."""

    def __init__(self, request: HttpRequest) -> None:
        found = request.META.get("gunicorn.socket")
        self._socket = found if isinstance(found, socket.socket) else None
        self.waiting_since: float | None = None

    @contextmanager
    def taking(self) -> Iterator[None]:
        """Around each `yield` of the file's generator."""
        self.waiting_since = time.monotonic()
        yield
        self.waiting_since = None

    @property
    def has_gone(self) -> bool:
        if self._socket is None:
            return False
        try:
            return self._socket.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
        except (BlockingIOError, InterruptedError):
            return False
        except OSError:
            return True

    def cut(self) -> None:
        if self._socket is not None:
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)
