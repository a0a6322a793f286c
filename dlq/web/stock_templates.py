"""Pages in Django's own frame where a theme replaces it.

A theme (django-unfold, jazzmin, grappelli …) brings its own templates and scripts of the admin, with other blocks and styles
than those that our pages are built on: parts of them vanish, or cannot be used. In such a project they are shown as Django shows
them. What the project itself overrides (DIRS) holds for them, too.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from django.apps import apps
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template import engines
from django.template.backends.django import DjangoTemplates, Template
from django.template.loader import get_template
from django.template.response import SimpleTemplateResponse
from django.template.utils import get_app_template_dirs
from django.utils.safestring import SafeString, mark_safe

FRAME = ("admin/base.html", "admin/base_site.html", "admin/change_list.html")
APPS = ("dlq", "admin")
"""Whose templates our pages are made of."""
OPTIONS = ("context_processors", "libraries", "builtins", "autoescape", "debug", "string_if_invalid", "file_charset")
"""Of a project's templates, which hold for ours, too."""


R = TypeVar("R", bound=HttpResponseBase)


def rendered(response: R) -> R:
    """The response, made now: while there is somebody who explains what goes wrong."""
    if not isinstance(response, SimpleTemplateResponse):
        return response
    names = response.template_name
    if (stock := _stock()) and isinstance(names, str | list | tuple):
        chosen = stock.engine.select_template([names] if isinstance(names, str) else [*names])
        response.template_name = Template(chosen, stock)
    response.render()
    return response


def in_our_frame(name: str, context: dict[str, Any], request: HttpRequest) -> SafeString:
    """A page, for what is no response of ours."""
    stock = _stock()
    template = stock.get_template(name) if stock else get_template(name)
    return mark_safe(template.render(context, request))  # noqa: S308 (a whole template's)


def is_themed() -> bool:
    return _stock() is not None


def selection_script() -> Path:
    """Django's own script for ticking rows, in whose place a theme may have put another one."""
    return Path(apps.get_app_config("admin").path) / "static/admin/js/actions.js"


@cache
def _stock() -> DjangoTemplates | None:
    """Templates without those of a theme; None where there is none."""
    project = next(engine for engine in engines.all() if isinstance(engine, DjangoTemplates))
    ours = [Path(apps.get_app_config(label).path) / "templates" for label in APPS]
    own = [*map(Path, project.engine.dirs), *ours]
    origins = [Path(project.get_template(name).origin.name) for name in FRAME]
    if all(any(origin.is_relative_to(folder) for folder in own) for origin in origins):
        return None
    options = {name: getattr(project.engine, name) for name in OPTIONS}
    folders = [*own, *get_app_template_dirs("templates")]
    return DjangoTemplates({"NAME": "dlq", "DIRS": folders, "APP_DIRS": False, "OPTIONS": options})
