"""What somebody sees who may not do what they asked for: which permission it takes, and where to go instead."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

from django.apps import apps
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from dlq.web.stock_templates import rendered

APP = "dlq"


class Refused(PermissionDenied):
    """`permissions` are all that it takes."""

    def __init__(self, *permissions: str) -> None:
        super().__init__()
        self.permissions = permissions


def told(site: AdminSite, view: Callable[..., Any]) -> Callable[..., Any]:
    """The view, with a refusal told in a page of this site."""

    @wraps(view)
    def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            return view(request, *args, **kwargs)
        except PermissionDenied as refusal:
            return _page(site, request, getattr(refusal, "permissions", ()))

    return shown


def _page(site: AdminSite, request: HttpRequest, permissions: tuple[str, ...]) -> HttpResponse:
    names = dict(permission_names())
    lacking = [(name, names.get(name, "")) for name in permissions if not request.user.has_perm(name)]
    context = {**site.each_context(request), "title": "You may not do that", "lacking": lacking}
    return rendered(TemplateResponse(request, "dlq/web/refused.html", context, status=403))


def permission_names() -> Iterator[tuple[str, str]]:
    """Of each permission of this app, what Django's list of permissions calls it."""
    for model in apps.get_app_config(APP).get_models():
        options = model._meta
        for action in options.default_permissions:
            yield f"{APP}.{action}_{options.model_name}", f"Can {action} {options.verbose_name_raw}"
        for codename, name in options.permissions:
            yield f"{APP}.{codename}", str(name)
