"""The rows of a list: the entries with what a line shows of them, and without their wide columns."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, F, Func, OuterRef, Q, QuerySet, Subquery, TextField, When
from django.db.models.functions import Cast, Coalesce, Left

from dlq.filters.payload_columns import payload_columns
from dlq.models import BackfillDlq, EntryPattern
from dlq.models.entry_status import EntryStatus, EntryUncertainty, WasRequeued
from dlq.redaction.masked_columns import MaskedExtraColumn
from dlq.table.columns import listed_columns
from dlq.table.extra_columns import extra_alias
from dlq.table.location import TABLE

LISTED_ERROR_LENGTH = 160
"""Characters of the error that a line of the list has room for."""


def payload_alias(number: int) -> str:
    """The attribute that an entry has the value of the n-th path of DLQ_PAYLOAD_COLUMNS in."""
    return f"payload_{number}"


class _ErrorMessage(Func):
    """The sentence within last_error: an object's message, a traceback's last line, a text's first line."""

    # The column, with all that masks it, once.
    template = r"""(SELECT nullif(btrim(CASE jsonb_typeof(error)
        WHEN 'object' THEN coalesce(error ->> 'message', error ->> 'error', error::text)
        WHEN 'string' THEN CASE
            WHEN starts_with(error #>> '{}', 'Traceback (most recent call last)')
            THEN substring(rtrim(error #>> '{}', E' \r\n') from '[^\r\n]*$')
            ELSE split_part(ltrim(error #>> '{}', E' \r\n'), E'\n', 1) END
        WHEN 'null' THEN NULL
        ELSE error::text END), '') FROM (SELECT %(expressions)s AS error OFFSET 0) AS read)"""
    output_field = TextField()


def error_line(length: int) -> Left:
    """The error in one line of at most `length` characters; the failure reason where there is no error."""
    return Left(Coalesce(_ErrorMessage(F("last_error")), F("failure_reason")), length)


def for_list(entries: QuerySet[BackfillDlq]) -> QuerySet[BackfillDlq]:
    """With `error_line`, `status` and `is_uncertain` (as stored), `was_requeued` (in any life), `has_notes`, `pattern_advice`
    (FailurePattern.Advice) and the extra columns and the paths of payloads that the settings list, as text."""
    listed: dict[str, Any] = {
        extra_alias(number): Cast(MaskedExtraColumn(column), TextField())
        for number, column in enumerate(listed_columns(TABLE))
    }
    listed |= {payload_alias(number): path.text for number, path in enumerate(payload_columns())}
    pattern = EntryPattern.objects.filter(entry_id=OuterRef("pk"))
    return entries.defer("payload", "last_error", "failure_reason", "notes").annotate(
        error_line=error_line(LISTED_ERROR_LENGTH),
        status=EntryStatus(),
        is_uncertain=EntryUncertainty(),
        was_requeued=WasRequeued(),
        pattern_advice=Subquery(pattern.values(advice=Coalesce("pattern__merged_into__advice", "pattern__advice"))[:1]),
        has_notes=Case(When(Q(notes__isnull=True) | Q(notes=""), then=False), default=True),
        **listed,
    )
