"""Take back: put deleted entries back, or take requeued jobs out of the queue."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseRedirect

from dlq.models import BulkOperation, DeletedEntry, Requeue
from dlq.permissions import may
from dlq.services.confirmation import Confirmation, begin
from dlq.views.drive import drive, page_of

BUDGET = 10.0
"""Seconds that the request works on it; a longer one goes on from its own page."""


def undo(
    request: HttpRequest, kind: str, *, of: BulkOperation | None = None, entry_ids: Sequence[int] | None = None
) -> HttpResponseRedirect:
    """Begin a restore or a recall of what an operation did, of these entries, or of these of an operation; show its page.

    Sent twice, the second finds nothing left to take back.
    """
    if not may(request, kind):
        raise PermissionDenied
    count = len(entry_ids) if entry_ids is not None else _count(kind, of)
    confirmation = Confirmation.of(kind, int(request.user.pk or 0), entry_ids=entry_ids).counted(count)
    operation, _new = begin(confirmation, actor=request.user.get_username(), undoes=of)
    return HttpResponseRedirect(page_of(drive(request, operation, BUDGET)))


def _count(kind: str, of: BulkOperation | None) -> int:
    if kind == BulkOperation.Kind.RESTORE:
        return DeletedEntry.objects.filter(operation=of).count()
    return Requeue.objects.filter(operation=of, outcome=Requeue.Outcome.UNSETTLED).count()
