"""The export of everything that matches the filter."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify

from dlq.filters import DlqFilterSet
from dlq.models import BackfillDlq
from dlq.services.export import csv_lines, json_lines
from dlq.viewer_zone import viewer_zone

LONGEST_NAME = 80
"""Characters of the filter in a file's name."""

Lines = Callable[..., Iterator[bytes]]
FORMATS: dict[str, tuple[Lines, str]] = {
    "csv": (csv_lines, "text/csv; charset=utf-8"),
    "jsonl": (json_lines, "application/x-ndjson"),
}


def download(model_admin: ModelAdmin[BackfillDlq], request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    if not (model_admin.has_view_permission(request) and request.user.has_perm("dlq.export_backfilldlq")):
        raise PermissionDenied
    with timezone.override(viewer_zone(request)):
        filterset = DlqFilterSet(request.GET, also_known=("format",), hide_recovered=True)
        wanted = request.GET.get("format", "csv")
        problems = filterset.problems
        if wanted not in FORMATS:
            problems = ["An export is csv or jsonl.", *problems]
        if problems:
            messages.error(request, f"Nothing was exported. {' '.join(problems)}")
            return HttpResponseRedirect(reverse("admin:dlq_backfilldlq_changelist"))
        lines, content_type = FORMATS[wanted]
        response = StreamingHttpResponse(lines(filterset.qs), content_type=content_type)
        name = "-".join(filter(None, ("failed-jobs", f"{timezone.localtime():%Y-%m-%d}", _words(filterset))))
    response["Content-Disposition"] = f'attachment; filename="{name}.{wanted}"'
    return response


def _words(filterset: DlqFilterSet) -> str:
    words = " ".join(f"{filter.name} {value.text}" for filter in filterset.active for value in filter.values)
    return slugify(words)[:LONGEST_NAME].strip("-")
