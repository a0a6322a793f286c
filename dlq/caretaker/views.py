"""The page "The caretaker": when each duty was done last, whether it failed, and when it is done again."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponse

from dlq.caretaker.health import health
from dlq.db.statements import database_now
from dlq.web.decorators import framed


def show(model_admin: ModelAdmin[Any], request: HttpRequest) -> HttpResponse:
    context = {
        "title": "The caretaker",
        "health": health(database_now()),
    }
    return framed(model_admin, request, "dlq/caretaker/caretaker.html", context)
