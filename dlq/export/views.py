"""The export of everything that matches the filter: a page to begin it and watch it, and the file itself."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterator

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.text import slugify

from dlq.db.limits import in_time
from dlq.export.copying import csv_lines, json_lines
from dlq.export.export_progress import name_of, progress_of
from dlq.filters import DlqFilterSet
from dlq.filters.addresses import STATUS
from dlq.filters.status import OPEN
from dlq.models import BackfillDlq, EditRecord
from dlq.selection.count import LIMIT, UNASKED_SECONDS, count_matching
from dlq.selection.page import scans_first
from dlq.web.decorators import framed, permits
from dlq.web.permissions import EXPORT, SEE_MASKED, VIEW_ENTRIES, sees_masked
from dlq.web.reader import RequestReader, StreamedFile
from dlq.web.refusal import Refused
from dlq.web.site_addresses import address_of

MOST_TRIES = 10
"""Seconds that the page looks out for a download that is not seen yet, or so small that it was over at once."""
SHOWN = 20
"""Unmasked exports of before that the page lists."""
LONGEST_NAME = 80
"""Characters of the filter in a file's name."""

Lines = Callable[..., Iterator[bytes]]
FORMATS: dict[str, tuple[Lines, str]] = {
    "csv": (csv_lines, "text/csv; charset=utf-8"),
    "jsonl": (json_lines, "application/x-ndjson"),
}


may_export = permits(VIEW_ENTRIES, EXPORT)


def show(model_admin: ModelAdmin[BackfillDlq], request: HttpRequest) -> HttpResponse:
    """What is going to be exported, how much that is, and the links to the files."""
    filterset = DlqFilterSet(request.GET, hide_recovered=True, sees_all=sees_masked(request.user))
    if filterset.problems:
        return _refused(request, filterset.problems)
    # Counting what no index answers takes as long as exporting it.
    counted = None if scans_first(filterset) else count_matching(filterset, exactly=False)
    context = {
        "title": "Export",
        "filterset": filterset,
        "count": counted,
        "expected": (counted.estimate if counted.is_capped else counted.number) if counted else None,
        "token": secrets.token_hex(16),
        "sees_masked": sees_masked(request.user),
        "unmasked": EditRecord.unmasked_exports()[:SHOWN] if sees_masked(request.user) else (),
    }
    return framed(model_admin, request, "dlq/export/export.html", context)


def progress(request: HttpRequest) -> HttpResponse:
    """How far it is, asked again and again by the page."""
    token, expected = request.GET.get("token", ""), request.GET.get("expected", "")
    if not _is_token(token):
        return HttpResponseBadRequest("That is no export.", content_type="text/plain")
    found = progress_of(token)
    total, tries = _number(expected), (_number(request.GET.get("tries", "")) or 0) + 1
    left = found.seconds * (total - found.entries) / found.entries if found and found.entries and total else None
    context = {
        "token": token,
        "expected": total,
        "progress": found,
        "seconds_left": left if left and left > 0 else None,
        "was_seen": "seen" in request.GET,
        "tries": tries,
        "is_awaited": bool(found) or tries < MOST_TRIES,
    }
    return TemplateResponse(request, "dlq/export/export_progress.html", context)


def download(request: HttpRequest) -> HttpResponse | StreamedFile:
    filterset = DlqFilterSet(
        request.GET, also_known=("format", "token"), hide_recovered=True, sees_all=sees_masked(request.user)
    )
    wanted = request.POST.get("format") or request.GET.get("format", "csv")
    unmasked = "unmasked" in request.POST
    if unmasked and not sees_masked(request.user):
        raise Refused(SEE_MASKED)
    problems = filterset.problems
    if wanted not in FORMATS:
        problems = ["An export is csv or jsonl.", *problems]
    if problems:
        return _refused(request, problems)
    lines, content_type = FORMATS[wanted]
    entries = filterset.qs.order_by()
    if not scans_first(filterset) and _are_few(filterset):
        # They are sorted in a moment; more come as the table has them.
        entries = entries.order_by("-failed_at", "-id")
    token = request.GET.get("token", "")
    name = name_of(token) if _is_token(token) else ""
    made = lines(entries, name=name, reader=RequestReader(request), unmasked=unmasked)
    next(made)  # admitted, and the table can be read: else there is a page that says why
    if unmasked:
        EditRecord.of_unmasked(
            EditRecord.Kind.EXPORT, EditRecord.NO_OBJECT, actor=request.user.get_username(), what=str(filterset)
        )
    parts = filter(None, ("failed-jobs", f"{timezone.localtime():%Y-%m-%d}", _words(filterset)))
    return StreamedFile(made, name=f"{'-'.join(parts)}.{wanted}", content_type=content_type)


def _are_few(filterset: DlqFilterSet) -> bool:
    counted = in_time(UNASKED_SECONDS, lambda: count_matching(filterset, exactly=False))
    return counted is not None and counted.number is not None and counted.number < LIMIT


def _refused(request: HttpRequest, problems: list[str]) -> HttpResponse:
    messages.error(request, f"Nothing was exported. {' '.join(problems)}")
    return HttpResponseRedirect(address_of("dlq_backfilldlq_changelist"))


def _number(text: str) -> int | None:
    return int(text) if re.fullmatch(r"[0-9]{1,12}", text) else None


def _is_token(text: str) -> bool:
    return re.fullmatch(r"[0-9a-f]{32}", text) is not None


def _words(filterset: DlqFilterSet) -> str:
    chosen = [(filter.name, value.text) for filter in filterset.active for value in filter.values]
    # All but recovered is what everybody means who does not say.
    words = " ".join(f"{name} {text}" for name, text in chosen if (name, text) != (STATUS, OPEN))
    return slugify(words)[:LONGEST_NAME].strip("-")
