"""A file that is sent while it is made, also by an ASGI server."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from asgiref.sync import sync_to_async
from django.http import StreamingHttpResponse


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
