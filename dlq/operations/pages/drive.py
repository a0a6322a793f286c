"""Work on an operation within a request."""

from __future__ import annotations

from django.contrib import messages
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest
from django.urls import reverse

from dlq.models import BulkOperation
from dlq.operations.runner import advance_or_pause
from dlq.redaction.texts import said_by


def drive(request: HttpRequest, operation: BulkOperation, budget: float) -> BulkOperation:
    """Advance it for so many seconds. Where the database does not answer, say so: what was done before is recorded."""
    try:
        return advance_or_pause(operation.pk, budget)
    except (OperationalError, InterfaceError) as error:
        messages.error(
            request,
            f"Operation {operation.pk} could not continue: {said_by(error)}. It can be resumed from its page.",
        )
        return BulkOperation.objects.get(pk=operation.pk)


def page_of(operation: BulkOperation) -> str:
    """The address of its page."""
    return reverse("admin:dlq_bulkoperation_change", args=[operation.pk])
