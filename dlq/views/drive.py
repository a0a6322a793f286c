"""Work on an operation within a request."""

from __future__ import annotations

from django.contrib import messages
from django.db import DatabaseError
from django.http import HttpRequest
from django.urls import reverse

from dlq.models import BulkOperation
from dlq.services.operations import advance
from dlq.services.selection import UnreadableFilter


def drive(request: HttpRequest, operation: BulkOperation, budget: float) -> BulkOperation:
    """Advance it for so many seconds. Where the database refuses, say so: what was done before is done and recorded."""
    try:
        return advance(operation.pk, budget)
    except (DatabaseError, UnreadableFilter) as error:
        words = str(error).strip().splitlines()[0]
        messages.error(
            request, f"Operation {operation.pk} could not go on: {words}. It can be continued from its page."
        )
        stopped = BulkOperation.objects.get(pk=operation.pk)
        stopped.could_not_go_on = True
        return stopped


def page_of(operation: BulkOperation) -> str:
    """The address of its page. One that could not go on waits there for a person instead of trying again by itself."""
    address = reverse("admin:dlq_bulkoperation_change", args=[operation.pk])
    return f"{address}?stopped=1" if operation.could_not_go_on else address
