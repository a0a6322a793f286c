"""Lines of the log: each with the id of the request that it belongs to, as text or as JSON, and one line for what is no fault."""

from __future__ import annotations

import json
import logging
import re
import uuid
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse

HEADER = "X-Request-ID"
SAFE = re.compile(r"[A-Za-z0-9._:+/=-]{1,100}")
"""What another's id may consist of: it stands in each line as it is."""
NONE = "-"
current: ContextVar[str] = ContextVar("request_id", default=NONE)


def with_request_id(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware that keeps the id that a proxy gave, or makes one, and sends it back."""

    def answer(request: HttpRequest) -> HttpResponse:
        given = request.headers.get(HEADER, "")
        token = current.set(given if SAFE.fullmatch(given) else uuid.uuid4().hex)
        try:
            response = get_response(request)
            response.headers[HEADER] = current.get()
        finally:
            current.reset(token)
        return response

    return answer


class RequestId(logging.Filter):
    """Gives a record its `request_id`."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = current.get()
        return True


class NoTraceback(logging.Filter):
    """For requests that are wrong by themselves, such as those with a Host that is none of ours: one line says all."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.exc_info = record.exc_text = None
        return True


class TextLines(logging.Formatter):
    """A record is one line, and a traceback those after it. What a client sent can't begin a line of its own."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 (the name that logging gives it)
        return super().formatMessage(record).replace("\r", "\\r").replace("\n", "\\n")


class JsonLines(logging.Formatter):
    """A record is one JSON object in one line; times in UTC."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "request_id": getattr(record, "request_id", NONE),
        }
        # Kept in the record by whoever made the text first: it is masked there.
        if record.exc_info and not record.exc_text:
            record.exc_text = self.formatException(record.exc_info)
        if record.exc_text:
            line["exception"] = record.exc_text
        return json.dumps(line, ensure_ascii=False)
