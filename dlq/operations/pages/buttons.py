"""The buttons of an operation's page: drive it, pause, resume and cancel it, and the operations that can follow it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django_htmx.http import reselect, retarget

from dlq.filters import DlqFilterSet
from dlq.models import BulkOperation
from dlq.operations.access import may_follow
from dlq.operations.kind import FollowUp
from dlq.operations.kinds import KINDS, kind_of
from dlq.operations.pages.confirm_page import ask
from dlq.operations.pages.drive import drive, page_of
from dlq.operations.pages.operation_page import operation_page
from dlq.operations.pages.undo import undo
from dlq.operations.runner import cancel, pause, resume
from dlq.web.permissions import VIEW_ENTRIES, sees_masked
from dlq.web.refusal import Refused

DRIVE_BUDGET = 1.5
"""Seconds of work for each call of the page that watches an operation."""

Answer = HttpResponse | None


def press(model_admin: ModelAdmin[BulkOperation], request: HttpRequest, operation: BulkOperation) -> HttpResponse:
    """What the button that was sent does; the page again, where it says nothing else."""
    return _pressed(model_admin, request, operation) or HttpResponseRedirect(page_of(operation))


def _pressed(model_admin: ModelAdmin[BulkOperation], request: HttpRequest, operation: BulkOperation) -> Answer:
    kind = kind_of(operation)
    for name, act in CONTROLS.items():
        if name in request.POST:
            if not kind.may(request.user):
                raise Refused(kind.permission)
            return act(model_admin, request, operation)
    for follow_up in kind.follow_ups:
        if follow_up.name in request.POST:
            return _follow(model_admin, request, operation, follow_up)
    return None


def _follow(
    model_admin: ModelAdmin[BulkOperation], request: HttpRequest, operation: BulkOperation, follow_up: FollowUp
) -> Answer:
    if not may_follow(request.user, follow_up):
        raise Refused(KINDS[follow_up.begins].permission, VIEW_ENTRIES)
    if follow_up.filter is None:
        return undo(request, follow_up.begins, of=operation)
    # It names operations, and compares no text.
    filterset = DlqFilterSet.of_pairs(follow_up.filter(operation), sees_all=sees_masked(request.user))
    return ask(model_admin, request, follow_up.begins, filterset=filterset)


def _drive(model_admin: ModelAdmin[BulkOperation], request: HttpRequest, operation: BulkOperation) -> Answer:
    """What the open page sends every second to renew its progress; when the state has changed, all of it is renewed."""
    operation = drive(request, operation, DRIVE_BUDGET)
    if not request.headers.get("HX-Request"):
        return None
    page = operation_page(model_admin, request, operation)
    if operation.state != request.POST["drive"]:
        reselect(retarget(page, "#dlq-operation"), "#dlq-operation")
    return page


def _pause(_admin: ModelAdmin[BulkOperation], request: HttpRequest, operation: BulkOperation) -> Answer:
    pause(operation.pk, f"Paused by {request.user.get_username()}.")
    return None


def _resume(_admin: ModelAdmin[BulkOperation], request: HttpRequest, operation: BulkOperation) -> Answer:
    resume(operation.pk, f"Resumed by {request.user.get_username()}.")
    drive(request, operation, DRIVE_BUDGET)
    return None


def _cancel(_admin: ModelAdmin[BulkOperation], request: HttpRequest, operation: BulkOperation) -> Answer:
    if not cancel(operation.pk, f"Cancelled by {request.user.get_username()}."):
        messages.warning(request, "It had ended before, so there was nothing to cancel.")
    return None


CONTROLS: dict[str, Callable[[Any, HttpRequest, BulkOperation], Answer]] = {
    "drive": _drive,
    "pause": _pause,
    "resume": _resume,
    "cancel": _cancel,
}
"""What the page of every operation can send, by the name of its button."""
