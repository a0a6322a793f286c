"""What the list of the trash shows and searches of the rows in it."""

from __future__ import annotations

import json
from functools import reduce
from operator import and_, or_

from django.db.models import Func, Q, QuerySet, TextField, Value
from django.db.models.functions import Left

from dlq.db.expressions import ContainsText, JsonMember
from dlq.filters.searching.search import read
from dlq.models import DeletedEntry

NEWEST = 20_000
"""Rows that a search looks at, for no index has their texts: well within the time of a page."""
LINE = 160
READ = 20_000
"""Characters of an error, of which a line is shown: the last one of a traceback."""
TRACEBACK = "Traceback (most recent call last)"
SEARCHED = ("task_identifier", "queue_name", "notes", "failure_reason", "job_key", "last_error", "payload")


def listed(trashed: QuerySet[DeletedEntry]) -> QuerySet[DeletedEntry]:
    """With `task_identifier`, `error_text` and `reason_text`, and without the rows."""
    return trashed.defer("row", "null_columns").annotate(
        task_identifier=JsonMember("row", "task_identifier"),
        error_text=Left(JsonMember("row", "last_error"), READ),
        reason_text=Left(JsonMember("row", "failure_reason"), LINE),
    )


def error_line(error: str | None, reason: str | None) -> str:
    """The error in one line; the failure reason where there is none."""
    text = (error or "").strip()
    if text.startswith("{"):
        text = _message(text)
    lines = text.splitlines() or [reason or ""]
    return (lines[-1] if text.startswith(TRACEBACK) else lines[0])[:LINE]


def _message(text: str) -> str:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):  # it was cut
        return text
    return str(document.get("message") or document.get("error") or text)


def search(trashed: QuerySet[DeletedEntry], typed: str) -> QuerySet[DeletedEntry]:
    """The newest whose texts have all words, or that have the number."""
    oldest = DeletedEntry.objects.order_by("-pk").values_list("pk", flat=True)[NEWEST - 1 : NEWEST]
    text = _Searched()
    has_words = [
        reduce(or_, (Q(ContainsText(text, form)) for form in word.forms), _is_number(word.number))
        for word in read(typed)
    ]
    return trashed.filter(pk__gte=next(iter(oldest), 0)).filter(reduce(and_, has_words, Q()))


def _is_number(number: int | None) -> Q:
    return Q(pk__in=()) if number is None else Q(entry_id=number)


class _Searched(Func):
    function = "concat_ws"
    output_field = TextField()

    def __init__(self) -> None:
        super().__init__(Value("\n"), *(JsonMember("row", name) for name in SEARCHED))
