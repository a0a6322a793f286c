"""What every page here has: the viewer's time zone, a limit on each query's time, and a friendly end where it is reached."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.contrib import admin
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.response import SimpleTemplateResponse, TemplateResponse
from django.utils import timezone
from psycopg.errors import QueryCanceled

from dlq.conf import conf
from dlq.db import time_limit
from dlq.filters import DlqFilterSet
from dlq.viewer_zone import viewer_zone

P = ParamSpec("P")
View = Callable[Concatenate[Any, HttpRequest, P], HttpResponse]


def page(view: View[P]) -> View[P]:
    """For a method of a ModelAdmin that only reads."""
    return _shown(view, limited=True)


def acting(view: View[P]) -> View[P]:
    """For one that writes: a chunk of an operation may take longer than a page's query."""
    return _shown(view, limited=False)


def _shown(view: View[P], *, limited: bool) -> View[P]:
    @wraps(view)
    def shown(model_admin: Any, request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        with timezone.override(viewer_zone(request)):
            try:
                with time_limit(conf.STATEMENT_TIMEOUT) if limited else nullcontext():
                    response = view(model_admin, request, *args, **kwargs)
                    if isinstance(response, SimpleTemplateResponse):
                        response.render()
                    return response
            except OperationalError as error:
                if not isinstance(error.__cause__, QueryCanceled):
                    raise
                return _too_slow(model_admin.admin_site, request)

    return cast(View[P], shown)


def _too_slow(site: admin.AdminSite, request: HttpRequest) -> HttpResponse:
    filterset = DlqFilterSet(request.GET, also_known=request.GET)
    narrower = request.GET.copy()
    narrower["failed_after"] = "24h"
    for cursor in ("after", "before", "p", "o"):
        narrower.pop(cursor, None)
    context = {
        **site.each_context(request),
        "title": "This takes too long",
        "seconds": conf.STATEMENT_TIMEOUT,
        "filterset": filterset,
        "narrower": f"?{narrower.urlencode()}",
    }
    return TemplateResponse(request, "dlq/too_slow.html", context).render()
