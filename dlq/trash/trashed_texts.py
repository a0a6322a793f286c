"""What the list of the trash shows and searches of the rows in it."""

from __future__ import annotations

import json
from functools import reduce
from operator import and_, or_
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F, Func, Q, QuerySet, TextField, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Left
from django.db.models.sql.compiler import SQLCompiler

from dlq.db.expressions import ContainsText
from dlq.db.identifiers import literal
from dlq.filters.searching.search import finds_masks, read
from dlq.models import DeletedEntry
from dlq.redaction.masked_columns import MASKED, masked_json, masked_text

NEWEST = 20_000
"""Rows that a search looks at, for no index has their texts: well within the time of a page."""
LINE = 160
READ = 20_000
"""Characters of an error, of which a line is shown: the last one of a traceback."""
TRACEBACK = "Traceback (most recent call last)"
SEARCHED = ("task_identifier", "queue_name", "notes", "failure_reason", "job_key", "last_error", "payload")
DOCUMENTS = ("last_error", "payload")


class _Masked(Func):
    """A column of the row that was deleted, as text and as everybody reads it."""

    output_field = TextField()

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(F("row"))

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        row, _none = compiler.compile(self.source_expressions[0])
        is_document = self.name in DOCUMENTS
        read = f"({row} -> {literal(self.name)})::jsonb" if is_document else f"{row} ->> {literal(self.name)}"
        masked = f"{masked_json('member.once')} #>> '{{}}'" if is_document else masked_text("member.once")
        # OFFSET 0 keeps PostgreSQL from taking the row apart for each time that the mask looks at the member.
        return f"(SELECT {masked} FROM (SELECT {read} AS once OFFSET 0) AS member)", []  # noqa: S608 (names of columns)


def _as_read(name: str) -> Func:
    return _Masked(name) if name in MASKED else KeyTextTransform(name, "row")


class _Searched(Func):
    """What everybody reads of the row, or the row itself."""

    function = "concat_ws"
    output_field = TextField()

    def __init__(self, *, is_raw: bool) -> None:
        texts = (KeyTextTransform(name, "row") if is_raw else _as_read(name) for name in SEARCHED)
        super().__init__(Value("\n"), *texts)


def listed(trashed: QuerySet[DeletedEntry]) -> QuerySet[DeletedEntry]:
    """With `task_identifier`, `error_text` and `reason_text`, masked, and without the rows."""
    return trashed.defer("row", "null_columns").annotate(
        task_identifier=KeyTextTransform("task_identifier", "row"),
        error_text=Left(_as_read("last_error"), READ),
        reason_text=Left(_as_read("failure_reason"), LINE),
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


def search(trashed: QuerySet[DeletedEntry], typed: str, *, sees_all: bool) -> QuerySet[DeletedEntry]:
    """The newest whose texts have all words, or that have the number. `sees_all`: for who may see what is masked."""
    oldest = DeletedEntry.objects.order_by("-pk").values_list("pk", flat=True)[NEWEST - 1 : NEWEST]
    # What has none of a mask can only be found where it is in the row, too, which is looked at first: masking takes longer.
    looks = (_has_words(typed, is_raw=True), _has_words(typed, is_raw=False))
    found = looks[0] if sees_all else looks[1] if finds_masks([read(typed)], as_words=False) else looks[0] & looks[1]
    return trashed.filter(pk__gte=next(iter(oldest), 0)).filter(found)


def _has_words(typed: str, *, is_raw: bool) -> Q:
    text = _Searched(is_raw=is_raw)
    has_words = (
        reduce(or_, (Q(ContainsText(text, form)) for form in word.forms), _is_number(word.number))
        for word in read(typed)
    )
    return reduce(and_, has_words, Q())


def _is_number(number: int | None) -> Q:
    return Q(pk__in=()) if number is None else Q(entry_id=number)
