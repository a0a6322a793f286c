"""The page "The caretaker": when each duty was done last, whether it failed, and when it is done again."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from dlq.caretaker.health import health
from dlq.db.statements import database_now


def show(model_admin: ModelAdmin[Any], request: HttpRequest) -> HttpResponse:
    context = {
        **model_admin.admin_site.each_context(request),
        "title": "The caretaker",
        "opts": model_admin.opts,
        "health": health(database_now()),
    }
    return TemplateResponse(request, "dlq/caretaker/caretaker.html", context)
