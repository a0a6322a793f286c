"""The entries that an operation is about."""

from __future__ import annotations

from django.db.models import QuerySet

from dlq.filters import DlqFilterSet
from dlq.models import BackfillDlq, BulkOperation


class UnreadableFilter(Exception):
    """The operation's filter can't be read any more, say because a column is gone. The text says why."""


def matching(operation: BulkOperation) -> QuerySet[BackfillDlq]:
    """Those that match now, within the bounds that were frozen when the confirmation page was shown."""
    bounded = BackfillDlq.objects.filter(id__lte=operation.max_id, failed_at__lte=operation.frozen_at).order_by()
    if operation.entry_ids is not None:
        return bounded.filter(id__any_of=operation.entry_ids)
    filterset = DlqFilterSet.of_pairs(operation.filter, bounded)
    if problems := filterset.problems:
        # An unreadable filter gives no rows; an operation must not end as if there were nothing to do.
        raise UnreadableFilter(" ".join(problems))
    return filterset.qs
