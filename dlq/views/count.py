"""How many match the filter, loaded after the list: exact up to a limit, "10,000+" above it."""

from __future__ import annotations

from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from psycopg.errors import QueryCanceled

from dlq.conf import conf
from dlq.db import time_limit
from dlq.filters import DlqFilterSet
from dlq.models import BackfillDlq

COUNTED_AT_ONCE = 10_000
"""Counting so many takes a few milliseconds where an index helps; beyond it people ask for the exact number."""


def show(model_admin: ModelAdmin[BackfillDlq], request: HttpRequest) -> HttpResponse:
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    filterset = DlqFilterSet(request.GET, also_known=("exactly",), hide_recovered=True)
    exactly = "exactly" in request.GET
    try:
        # Its own limit: the sentence "not counted" fits into the page, the page about slowness does not.
        with time_limit(conf.STATEMENT_TIMEOUT):
            entries = filterset.qs.order_by()
            number: int | None = entries.count() if exactly else entries[: COUNTED_AT_ONCE + 1].count()
    except OperationalError as error:
        if not isinstance(error.__cause__, QueryCanceled):
            raise
        number = None
    context = {
        "filterset": filterset,
        "number": number,
        "capped": not exactly and number is not None and number > COUNTED_AT_ONCE,
        "limit": COUNTED_AT_ONCE,
    }
    return TemplateResponse(request, "dlq/count.html", context)
