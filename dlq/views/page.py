"""What every page here has: the viewer's time zone, a limit on each query's time, and a friendly end where it is reached."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from datetime import timedelta
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.contrib import admin
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.template.response import SimpleTemplateResponse, TemplateResponse
from django.utils import timezone
from psycopg.errors import QueryCanceled

from dlq.conf import conf
from dlq.db import in_time, time_limit
from dlq.filters import DlqFilterSet
from dlq.viewer_zone import viewer_zone

P = ParamSpec("P")
NARROWER = (
    ("last 24 hours", "24h", timedelta(hours=24)),
    ("last hour", "1h", timedelta(hours=1)),
    ("last 5 minutes", "5m", timedelta(minutes=5)),
)
"""What is offered where a page took too long."""

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
    slow = _without_index(filterset)
    label, narrower = _narrower(filterset)
    context = {
        **site.each_context(request),
        "title": "This takes too long",
        "seconds": conf.STATEMENT_TIMEOUT,
        "filterset": filterset,
        "slow": filterset.words_of(slow),
        "faster": _query(filterset, dict.fromkeys(slow)) if slow else "",
        "narrower_label": label,
        "narrower": narrower,
    }
    return TemplateResponse(request, "dlq/too_slow.html", context).render()


def _without_index(filterset: DlqFilterSet) -> list[str]:
    """The filters that are to blame; none where even the catalogue does not answer in time."""
    return in_time(conf.STATEMENT_TIMEOUT, lambda: filterset.without_index) or []


def _narrower(filterset: DlqFilterSet) -> tuple[str, str]:
    """The longest of a few windows of time that is narrower than the filter's own: its label and the query for it."""
    after = [moment for name, _c, _t, moments in filterset.given if name == "failed_after" for moment in moments]
    for label, age, length in NARROWER:
        # What is only a little longer (the same age, a moment ago) would be no help.
        if not after or min(after) < timezone.now() - 1.1 * length:
            return label, _query(filterset, {"failed_after": age})
    return "", ""


def _query(filterset: DlqFilterSet, changed: Mapping[str, str | None]) -> str:
    query = QueryDict(filterset.query, mutable=True)
    for name, value in changed.items():
        query.pop(name, None)
        if value is not None:
            query[name] = value
    return f"?{query.urlencode()}"
