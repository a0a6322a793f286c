"""A file that is sent while it is made, and who reads it: the browser at the other end of the web server's connection."""

from __future__ import annotations

import socket
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from asgiref.sync import sync_to_async
from django.http import HttpRequest, StreamingHttpResponse


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


class StreamedFile(StreamingHttpResponse):
    """Of an iterator that asks the database. By itself Django would make a list of all of it first, under ASGI."""

    def __init__(self, parts: Any, *, name: str, content_type: str) -> None:
        """`name`: of the file."""
        super().__init__(parts, content_type=content_type)
        self["Content-Disposition"] = f'attachment; filename="{name}"'
        # A web server in between must pass on what comes, when it comes.
        self["X-Accel-Buffering"] = "no"

    async def __aiter__(self) -> AsyncIterator[bytes]:
        # In the thread that ran the view: the connection that the iterator uses is that thread's.
        parts = iter(self)
        following = sync_to_async(lambda: next(parts, None), thread_sensitive=True)
        while (part := await following()) is not None:
            yield part
