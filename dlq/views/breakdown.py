"""What the list consists of, loaded when somebody opens it."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from dlq.conf import conf
from dlq.db import in_time
from dlq.filters import DlqFilterSet
from dlq.models import BackfillDlq
from dlq.services.breakdown import Breakdown, breakdown


@dataclass(frozen=True)
class Line:
    """A value with its number, and the list narrowed down to it."""

    label: str
    count: int
    query: str


def show(model_admin: ModelAdmin[BackfillDlq], request: HttpRequest) -> HttpResponse:
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    filterset = DlqFilterSet(request.GET, hide_recovered=True)
    # Its own limit: the sentence "takes too long" fits into the page, the page about slowness does not.
    found = in_time(conf.STATEMENT_TIMEOUT, lambda: breakdown(filterset))
    context = {"filterset": filterset, "breakdown": found, "groups": _groups(filterset, found) if found else []}
    return TemplateResponse(request, "dlq/breakdown.html", context)


def _groups(filterset: DlqFilterSet, found: Breakdown) -> list[tuple[str, list[Line], int]]:
    return [
        (
            group.heading,
            [
                Line(
                    filterset.filters[group.parameter].words(text, text),
                    count,
                    filterset.narrowed(group.parameter, text),
                )
                for text, count in group.values
            ],
            group.others,
        )
        for group in found.groups
    ]
