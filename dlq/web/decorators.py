"""What every page has: its right, its frame, the viewer's time zone, a time limit on each query, and a friendly end where it is
reached."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.utils import timezone

from dlq.conf import conf
from dlq.db.limits import GRACE, TimedOut, time_limit
from dlq.web.refusal import Refused
from dlq.web.site_addresses import address_of
from dlq.web.stock_templates import rendered
from dlq.web.viewer_zone import viewer_zone

P = ParamSpec("P")
R = TypeVar("R", bound=HttpResponseBase)

View = Callable[Concatenate[Any, HttpRequest, P], R]
Right = Callable[[Any], tuple[str, ...]]
"""The permissions, all of which a page of this ModelAdmin takes."""


def framed(model_admin: Any, request: HttpRequest, template: str, context: Mapping[str, Any]) -> TemplateResponse:
    """A page in the frame that the admin has around each of its own."""
    frame = {**model_admin.admin_site.each_context(request), "opts": model_admin.opts}
    return TemplateResponse(request, template, {**frame, **context})


def to_view(model_admin: Any) -> tuple[str, ...]:
    return (model_admin.view_permission,)


def permits(*permissions: str) -> Right:
    """The right of those who have all of these permissions."""
    return lambda _model_admin: permissions


def posted(view: Callable[[Any, HttpRequest], HttpResponseBase]) -> Callable[[Any, HttpRequest], HttpResponseBase]:
    """For a method that only does what a page sends. Where a log-in had ended, the log-in page leads here without that."""

    @wraps(view)
    def done(model_admin: Any, request: HttpRequest) -> HttpResponseBase:
        if request.method == "POST":
            return view(model_admin, request)
        messages.warning(
            request,
            "Nothing was done: this page does only what a button sends. If you pressed one, your log-in had ended before that. "
            "Please begin again.",
        )
        return HttpResponseRedirect(address_of("app_list", "dlq"))

    return done


def page(*, right: Right | None = to_view, limited: bool = True) -> Callable[[View[P, R]], View[P, R]]:
    """For a method of a ModelAdmin that shows a page or a part of one.

    `right`: whether a person may see it; None where the view itself decides. `limited`: whether the whole page is bound by
    DLQ_STATEMENT_TIMEOUT; what writes is not, because a chunk of an operation may take longer than a page's query. The
    ModelAdmin's `too_slow(request)` is the page that is shown where a query was cancelled.
    """

    def decorate(view: View[P, R]) -> View[P, R]:
        @wraps(view)
        def shown(model_admin: Any, request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> Any:
            if right and not request.user.has_perms(right(model_admin)):
                raise Refused(*right(model_admin))
            with timezone.override(viewer_zone(request)):
                try:
                    with time_limit(conf.STATEMENT_TIMEOUT, grace=GRACE) if limited else nullcontext():
                        return rendered(view(model_admin, request, *args, **kwargs))
                except TimedOut:
                    return model_admin.too_slow(request)

        return cast(View[P, R], shown)

    return decorate
