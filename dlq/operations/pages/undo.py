"""Begin an operation that undoes another one: restore deleted entries, or recall requeued jobs."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseRedirect

from dlq.models import BulkOperation
from dlq.operations.confirmation import Confirmation, begin
from dlq.operations.kinds import KINDS
from dlq.operations.pages.drive import drive, page_of

BUDGET = 10.0
"""Seconds that the request works on it; a longer one continues from its own page."""


def undo(
    request: HttpRequest, kind: str, *, of: BulkOperation | None = None, entry_ids: Sequence[int] | None = None
) -> HttpResponseRedirect:
    """Undo what an operation did, what was done to these entries, or to these of an operation; show the undoing one's page.

    Sent twice, the second finds nothing left to undo.
    """
    if not KINDS[kind].may(request.user):
        raise PermissionDenied
    entry_ids = None if entry_ids is None else KINDS[kind].together(entry_ids)
    count = len(entry_ids) if entry_ids is not None else KINDS[kind].to_undo(of)
    confirmation = Confirmation.of(kind, int(request.user.pk or 0), entry_ids=entry_ids).counted(count)
    operation, _new = begin(confirmation, actor=request.user.get_username(), undoes=of)
    return HttpResponseRedirect(page_of(drive(request, operation, BUDGET)))
