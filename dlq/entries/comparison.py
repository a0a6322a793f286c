"""Two failed jobs side by side: what differs in payload and error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.admin import ModelAdmin
from django.http import Http404, HttpRequest, HttpResponse

from dlq.db.bigint import entry_number
from dlq.entries import documents
from dlq.models import BackfillDlq
from dlq.redaction.steps import BEGINS
from dlq.web.decorators import framed
from dlq.web.text_diff import DiffLine, diff
from dlq.web.way_back import came_from, entry_address, list_address


@dataclass(frozen=True)
class Compared:
    """No lines where both are the same, as far as they were compared: as everybody reads them."""

    heading: str
    lines: list[DiffLine]
    is_cut: bool
    has_masked: bool


def show(model_admin: ModelAdmin[BackfillDlq], request: HttpRequest, object_id: str) -> HttpResponse:
    """`with` in the address is the other one's number."""
    number = entry_number(object_id)
    entry = None if number is None else documents.load(number)
    if entry is None:
        raise Http404("There is no such failed job.")
    typed = request.GET.get("with", "").strip().removeprefix("#")
    other_number = entry_number(typed) if typed else None
    other = None if other_number is None else documents.load(other_number)
    # What came later is what was added.
    pair = sorted((entry, other), key=lambda one: (one.failed_at, one.pk)) if other else []
    back = came_from(request)
    context = {
        "title": f"Compare {entry}",
        "entry": entry,
        "compared": [(one, entry_address(one.pk, back)) for one in pair],
        "typed": typed,
        "list_address": list_address(back),
        "entry_address": entry_address(entry.pk, back),
        "differences": _differences(*pair) if pair else [],
        "back": back,
    }
    return framed(model_admin, request, "dlq/entries/comparison.html", context)


def _differences(earlier: Any, later: Any) -> list[Compared]:
    most = documents.SHOWN_CHARACTERS
    return [
        Compared(
            heading,
            diff(one or "", another or ""),
            is_cut=max(size or 0, other_size or 0) > most,
            has_masked=any(BEGINS in (text or "") for text in (one, another)),
        )
        for heading, one, another, size, other_size in (
            ("Error", _error(earlier), _error(later), earlier.error_size, later.error_size),
            ("Payload", earlier.payload_text, later.payload_text, earlier.payload_size, later.payload_size),
        )
    ]


def _error(entry: Any) -> str:
    """As its own page shows it."""
    return str(entry.error_plain if entry.error_type == "string" else entry.error_pretty or "")
