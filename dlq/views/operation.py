"""The page of one operation: what it was about, what it did, and what can still be done with it."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse

from dlq.conf import conf
from dlq.db import time_limit
from dlq.filters import DlqFilterSet
from dlq.filters.fields import entry_number
from dlq.models import BulkOperation, Requeue
from dlq.permissions import may
from dlq.services.operations import cancel, pause, resume
from dlq.views import problems
from dlq.views.confirm import ask
from dlq.views.drive import drive, page_of
from dlq.views.operation_page import context
from dlq.views.undo import undo

Kind = BulkOperation.Kind

DRIVE_BUDGET = 1.5
"""Seconds of work for each call of the page that watches an operation."""

Answer = HttpResponse | None


def show(model_admin: ModelAdmin[BulkOperation], request: HttpRequest, object_id: str) -> HttpResponse:
    operation = _visible(model_admin, request, object_id)
    if request.method == "POST":
        for button, act in BUTTONS.items():
            if button in request.POST:
                return act(model_admin, request, operation) or HttpResponseRedirect(page_of(operation))
        return HttpResponseRedirect(page_of(operation))
    return _page(model_admin, request, operation)


def download_problems(model_admin: ModelAdmin[BulkOperation], request: HttpRequest, object_id: str) -> HttpResponse:
    response: HttpResponse = problems.download(_visible(model_admin, request, object_id))  # type: ignore[assignment]
    return response


def _visible(model_admin: ModelAdmin[BulkOperation], request: HttpRequest, object_id: str) -> BulkOperation:
    operation = BulkOperation.objects.filter(pk=entry_number(object_id) or 0).first()
    if not model_admin.has_view_permission(request) and not (operation and _is_own(request, operation)):
        raise PermissionDenied
    if operation is None:
        raise Http404("There is no such operation.")
    return operation


def _is_own(request: HttpRequest, operation: BulkOperation) -> bool:
    """Whoever may do this kind of thing may look at what became of his own."""
    return operation.actor == request.user.get_username() and may(request, operation.kind)


def _page(model_admin: ModelAdmin[BulkOperation], request: HttpRequest, operation: BulkOperation) -> HttpResponse:
    with time_limit(conf.STATEMENT_TIMEOUT):
        page = TemplateResponse(request, "dlq/operation.html", context(model_admin, request, operation))
        return page.render()


def _require(request: HttpRequest, kind: str) -> str:
    """The person's name, if he may do this."""
    if not may(request, kind):
        raise PermissionDenied
    return request.user.get_username()


def _drive(model_admin: ModelAdmin[BulkOperation], request: HttpRequest, operation: BulkOperation) -> Answer:
    """What the open page sends every second to renew its progress; when the state has changed, all of it is renewed."""
    _require(request, operation.kind)
    operation = drive(request, operation, DRIVE_BUDGET)
    if not request.headers.get("HX-Request"):
        return None
    page = _page(model_admin, request, operation)
    if operation.state != request.POST["drive"]:
        page["HX-Retarget"] = page["HX-Reselect"] = "#dlq-operation"
    return page


def _pause(model_admin: ModelAdmin[BulkOperation], request: HttpRequest, operation: BulkOperation) -> Answer:
    pause(operation.pk, f"Paused by {_require(request, operation.kind)}.")
    return None


def _resume(model_admin: ModelAdmin[BulkOperation], request: HttpRequest, operation: BulkOperation) -> Answer:
    resume(operation.pk, f"Resumed by {_require(request, operation.kind)}.")
    drive(request, operation, DRIVE_BUDGET)
    return None


def _cancel(model_admin: ModelAdmin[BulkOperation], request: HttpRequest, operation: BulkOperation) -> Answer:
    if not cancel(operation.pk, f"Cancelled by {_require(request, operation.kind)}."):
        messages.warning(request, "It had ended before, so there was nothing to cancel.")
    return None


def _restore(model_admin: ModelAdmin[BulkOperation], request: HttpRequest, operation: BulkOperation) -> Answer:
    return undo(request, Kind.RESTORE, of=operation) if operation.kind == Kind.DELETE else None


def _recall(model_admin: ModelAdmin[BulkOperation], request: HttpRequest, operation: BulkOperation) -> Answer:
    return undo(request, Kind.RECALL, of=operation) if operation.kind == Kind.REQUEUE else None


def _again(model_admin: ModelAdmin[BulkOperation], request: HttpRequest, operation: BulkOperation) -> Answer:
    """Confirm a requeue of what this one left."""
    _require(request, Kind.REQUEUE)
    return _ask(model_admin, request, Kind.REQUEUE, ("left_by", str(operation.pk)))


def _trash_recovered(model_admin: ModelAdmin[BulkOperation], request: HttpRequest, operation: BulkOperation) -> Answer:
    _require(request, Kind.DELETE)
    recovered = ("status", Requeue.Outcome.RECOVERED.value)
    return _ask(model_admin, request, Kind.DELETE, ("requeued_by", str(operation.pk)), recovered)


def _ask(model_admin: ModelAdmin[BulkOperation], request: HttpRequest, kind: str, *pairs: tuple[str, str]) -> Answer:
    return ask(model_admin, request, kind, filterset=DlqFilterSet.of_pairs(pairs))


BUTTONS: dict[str, Callable[[ModelAdmin[BulkOperation], HttpRequest, BulkOperation], Answer]] = {
    "drive": _drive,
    "pause": _pause,
    "resume": _resume,
    "cancel": _cancel,
    "restore": _restore,
    "recall": _recall,
    "again": _again,
    "trash_recovered": _trash_recovered,
}
"""What the page can send, by the name of its button."""
