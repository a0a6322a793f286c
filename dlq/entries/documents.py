"""What there is to know of one entry: its texts, the extra columns, and where its jobs came from and went."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.db.models import F, Func, QuerySet, TextField
from django.db.models.functions import Cast, Left, Length
from django.utils.safestring import SafeString
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import JsonLexer, PythonTracebackLexer, TextLexer

from dlq.db.expressions import JsonText, PrettyJson
from dlq.entries.payload_links import linked
from dlq.models import BackfillDlq
from dlq.models.entry_status import EntryStatus, EntryUncertainty
from dlq.redaction.masked_columns import MaskedExtraColumn, Raw
from dlq.selection.rows import error_line
from dlq.table.columns import TableColumn, extra_columns
from dlq.table.extra_columns import ExtraColumn, extra_alias
from dlq.table.location import TABLE
from dlq.table.searched_text import WITHIN

SHOWN_CHARACTERS = 64 * 1024
"""Of a payload or an error on the page; the whole is a download. Colouring a megabyte takes the browser seconds."""
TEXTS = ("job_key", "failure_reason", "notes")
"""What the page shows of an entry's columns as they are."""
PHRASE_LENGTH = 100
"""Characters of an error that another entry must share to count as "same error"."""


@dataclass(frozen=True)
class Document:
    """A JSON value or a text as the page shows it: coloured markup of its beginning."""

    markup: SafeString
    size: int
    """Characters of the whole."""
    is_cut: bool
    kind: str
    """"json", "traceback" or "text"."""


def load(entry_id: int, *, unmasked: bool = False) -> BackfillDlq | None:
    """The entry with the beginnings of its wide columns as text, and the extra columns; None if gone.

    Masked, unless somebody asked for what is `unmasked`.
    """
    read = Raw if unmasked else F
    payload, error = read("payload"), read("last_error")
    extra: dict[str, Any] = {
        extra_alias(number): _extra_text(column, unmasked) for number, column in enumerate(extra_columns(TABLE))
    }
    texts: dict[str, Any] = {
        "payload_text": Left(PrettyJson(payload), SHOWN_CHARACTERS),
        "payload_size": Length(PrettyJson(payload)),
        "error_type": Func(error, function="jsonb_typeof", output_field=TextField()),
        "error_plain": Left(JsonText(error), SHOWN_CHARACTERS),
        "error_pretty": Left(PrettyJson(error), SHOWN_CHARACTERS),
        "error_size": Length(PrettyJson(error)),
        "error_line": error_line(PHRASE_LENGTH),
        "status": EntryStatus(),
        "is_uncertain": EntryUncertainty(),
    }
    if unmasked:
        texts |= {f"raw_{name}": Raw(name) for name in TEXTS}
    entries: QuerySet[BackfillDlq] = BackfillDlq.objects.defer("payload", "last_error")
    entry = entries.annotate(**texts, **extra).filter(pk=entry_id).first()
    if entry and unmasked:
        for name in TEXTS:
            setattr(entry, name, getattr(entry, f"raw_{name}"))
    return entry


def _extra_text(column: TableColumn, unmasked: bool) -> Any:
    if column.type_name == "jsonb":
        return PrettyJson(ExtraColumn(column.name) if unmasked else MaskedExtraColumn(column))
    return Cast(ExtraColumn(column.name) if unmasked else MaskedExtraColumn(column), TextField())


def extra_values(entry: BackfillDlq) -> list[tuple[str, str | None]]:
    """The columns that the library does not know, with their values as text; None for SQL NULL."""
    return [
        (column.name, getattr(entry, extra_alias(number), None)) for number, column in enumerate(extra_columns(TABLE))
    ]


def payload_document(entry: Any, *, unmasked: bool) -> Document:
    """Its values lead to the failed jobs that have them, too; not where they are `unmasked`, for addresses are kept."""
    shown = _document(entry.payload_text, entry.payload_size, "json")
    if unmasked:
        return shown
    return replace(shown, markup=linked(shown.markup, entry.payload_text, is_cut=shown.is_cut))


def error_document(entry: Any) -> Document | None:
    """None where there is no error: SQL NULL or JSON null."""
    if entry.error_type in (None, "null"):
        return None
    if entry.error_type != "string":
        return _document(entry.error_pretty, entry.error_size, "json")
    kind = "traceback" if entry.error_plain.startswith("Traceback (most recent call last)") else "text"
    return _document(entry.error_plain, entry.error_size, kind)


def is_searched_in_part(entry: Any) -> bool:
    """Whether a search does not get through the entry's text (which may be a little shorter than what is measured here)."""
    return len(entry.failure_reason) + (entry.error_size or 0) + int(entry.payload_size) > WITHIN


def _document(text: str, size: int, kind: str) -> Document:
    lexer = {"json": JsonLexer, "traceback": PythonTracebackLexer, "text": TextLexer}[kind](
        stripnl=False, ensurenl=False
    )
    # Pygments escapes the text; what it returns is markup of its own classes only, and a line break that is copied with it.
    markup = SafeString(highlight(text, lexer, HtmlFormatter(nowrap=True)).removesuffix("\n"))
    return Document(markup, size, size > SHOWN_CHARACTERS, kind)
