"""The page of one operation: what it was about, what it did, and what can still be done with it."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse

from dlq.filters import DlqFilterSet
from dlq.filters.fields import entry_number
from dlq.models import BulkOperation, DeletedEntry, OperationEntry
from dlq.permissions import may
from dlq.services.confirmation import Confirmation, begin
from dlq.services.operations import resume
from dlq.views.confirm import back_to_list
from dlq.views.drive import drive, page_of
from dlq.views.report import report

Kind = BulkOperation.Kind
State = BulkOperation.State

DRIVE_BUDGET = 2.0
"""Seconds of work for each call of the page that watches an operation."""
RESTORE_BUDGET = 20.0
PROBLEMS_A_PAGE = 100


def show(model_admin: ModelAdmin[BulkOperation], request: HttpRequest, object_id: str) -> HttpResponse:
    operation = BulkOperation.objects.filter(pk=entry_number(object_id) or 0).first()
    if not model_admin.has_view_permission(request) and not (operation and _is_own(request, operation)):
        raise PermissionDenied
    if operation is None:
        raise Http404("There is no such operation.")
    if request.method == "POST":
        return _act(request, operation)
    return TemplateResponse(request, "dlq/operation.html", _context(model_admin, request, operation))


def _is_own(request: HttpRequest, operation: BulkOperation) -> bool:
    """Whoever may do this kind of thing may look at what became of his own."""
    return operation.actor == request.user.get_username() and may(request, operation.kind)


def _act(request: HttpRequest, operation: BulkOperation) -> HttpResponse:
    if "resume" in request.POST:
        if not may(request, operation.kind):
            raise PermissionDenied
        resume(operation.pk, f"Resumed by {request.user.get_username()}.")
        operation = drive(request, operation, DRIVE_BUDGET)
    elif "restore" in request.POST and operation.kind == Kind.DELETE:
        if not may(request, Kind.RESTORE):
            raise PermissionDenied
        operation = _restore(request, operation)
    return HttpResponseRedirect(page_of(operation))


def _restore(request: HttpRequest, deletion: BulkOperation) -> BulkOperation:
    """Begin to put back what the operation deleted. Sent twice, the second finds nothing left to put back."""
    confirmation = Confirmation.of(Kind.RESTORE, int(request.user.pk or 0))
    restore, _new = begin(
        confirmation,
        actor=request.user.get_username(),
        undoes=deletion,
        expected=DeletedEntry.objects.filter(operation=deletion).count(),
    )
    return drive(request, restore, RESTORE_BUDGET)


def _context(model_admin: ModelAdmin[BulkOperation], request: HttpRequest, operation: BulkOperation) -> dict[str, Any]:
    problems = OperationEntry.objects.filter(operation=operation).exclude(result=OperationEntry.Result.DONE)
    pages = Paginator(problems.order_by("entry_id"), PROBLEMS_A_PAGE)
    pages.count = operation.skipped_count + operation.failed_count
    running = operation.state == State.RUNNING
    in_trash = DeletedEntry.objects.filter(operation=operation).exists() if operation.kind == Kind.DELETE else False
    return {
        **model_admin.admin_site.each_context(request),
        "title": f"Operation {operation.pk}: {operation.get_kind_display()}",
        "opts": model_admin.opts,
        "operation": operation,
        "report": report(operation),
        "filterset": DlqFilterSet.of_pairs(operation.filter) if operation.entry_ids is None else None,
        "back": back_to_list(operation),
        "problems": pages.get_page(request.GET.get("page")),
        "may_resume": running and may(request, operation.kind),
        "goes_on_by_itself": True,
        "may_restore": in_trash and not running and may(request, Kind.RESTORE),
        "restores": operation.undone_by.all(),
    }
