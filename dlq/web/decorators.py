"""What every page has: its right, the viewer's time zone, a time limit on each query, and a friendly end where it is reached."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from dlq.conf import conf
from dlq.db.limits import GRACE, TimedOut, time_limit
from dlq.web.stock_templates import rendered
from dlq.web.viewer_zone import viewer_zone

P = ParamSpec("P")
R = TypeVar("R", bound=HttpResponseBase)

View = Callable[Concatenate[Any, HttpRequest, P], R]
Right = Callable[[Any, HttpRequest], bool]


def may_view(model_admin: Any, request: HttpRequest) -> bool:
    return bool(model_admin.has_view_permission(request))


def permits(*permissions: str) -> Right:
    """The right of those who have all of these permissions."""

    def right(_model_admin: Any, request: HttpRequest) -> bool:
        return bool(request.user.has_perms(permissions))

    return right


def page(*, right: Right | None = may_view, limited: bool = True) -> Callable[[View[P, R]], View[P, R]]:
    """For a method of a ModelAdmin that shows a page or a part of one.

    `right`: whether a person may see it; None where the view itself decides. `limited`: whether the whole page is bound by
    DLQ_STATEMENT_TIMEOUT; what writes is not, because a chunk of an operation may take longer than a page's query. The
    ModelAdmin's `too_slow(request)` is the page that is shown where a query was cancelled.
    """

    def decorate(view: View[P, R]) -> View[P, R]:
        @wraps(view)
        def shown(model_admin: Any, request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> Any:
            if right and not right(model_admin, request):
                raise PermissionDenied
            with timezone.override(viewer_zone(request)):
                try:
                    with time_limit(conf.STATEMENT_TIMEOUT, grace=GRACE) if limited else nullcontext():
                        return rendered(view(model_admin, request, *args, **kwargs))
                except TimedOut:
                    return model_admin.too_slow(request)

        return cast(View[P, R], shown)

    return decorate
