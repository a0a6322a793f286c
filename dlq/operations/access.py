"""Who may see an operation, and what may follow it. Pages ask the same here for what they offer and for what they do."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from dlq.models import BulkOperation
from dlq.operations.kind import FollowUp
from dlq.operations.kinds import KINDS
from dlq.web.permissions import VIEW_OPERATIONS


def sees_operation(user: Any, operation: BulkOperation) -> bool:
    """Any with the right to view them; without it those of one's own whose kind one may do."""
    is_own = operation.actor == user.get_username() and operation.kind in KINDS
    return bool(user.has_perm(VIEW_OPERATIONS)) or (is_own and KINDS[operation.kind].may(user))


def seen_operations(user: Any) -> QuerySet[BulkOperation]:
    """Those that `sees_operation` lets them see."""
    if user.has_perm(VIEW_OPERATIONS):
        return BulkOperation.objects.all()
    may = [name for name, kind in KINDS.items() if kind.may(user)]
    return BulkOperation.objects.filter(actor=user.get_username(), kind__in=may)


def under_way() -> int:
    """How many operations are at work now."""
    return BulkOperation.objects.filter(state__in=BulkOperation.UNDER_WAY).count()


def may_follow(user: Any, follow_up: FollowUp) -> bool:
    """Whether this user may press its button: what is asked first takes the right to see what is asked about."""
    kind = KINDS[follow_up.begins]
    return kind.may(user) if follow_up.filter is None else kind.may_confirm(user)
