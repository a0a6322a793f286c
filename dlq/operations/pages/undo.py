"""Begin an operation that undoes another one: restore deleted entries, or recall requeued jobs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse

from dlq.models import BulkOperation
from dlq.operations.access import may_follow
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


@dataclass(frozen=True)
class UndoButton:
    """On a message that says what an operation did; it posts to that operation's page."""

    address: str
    name: str
    label: str


UNDO_TAG = re.compile(r"dlq-undo (\w+) (\d+)")


def undo_tag(user: Any, operation: BulkOperation) -> str:
    """What a message on this operation has as extra tags: which follow-up undoes it; "" where this user may not, or none does."""
    undoing = [one for one in KINDS[operation.kind].follow_ups if one.filter is None and may_follow(user, one)]
    return f"dlq-undo {undoing[0].name} {operation.pk}" if undoing and operation.done_count else ""


def undo_button(tags: str | None) -> UndoButton | None:
    found = UNDO_TAG.fullmatch(tags or "")
    if found is None:
        return None
    name, operation = found[1], int(found[2])
    # A requeue is not undone by it altogether: what has started is not recalled.
    label = "Recall" if name == "recall" else "Undo"
    return UndoButton(reverse("admin:dlq_bulkoperation_change", args=[operation]), name, label)
