"""The entries that an operation is about."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from dlq.filters import DlqFilterSet
from dlq.models import BackfillDlq, BulkOperation


class UnreadableFilter(Exception):
    """The operation's filter can't be read any more, say because a column is gone. The text says why."""


def matching(operation: BulkOperation) -> QuerySet[BackfillDlq]:
    """Those that match now, within the bounds that were frozen when the confirmation page was shown."""
    # What fails again gets the time of then. A time yet to come was there before, given by hand or by a wrong clock.
    as_confirmed = Q(failed_at__lte=operation.frozen_at) | Q(failed_at__gt=Now())
    bounded = BackfillDlq.objects.filter(as_confirmed, id__lte=operation.max_id).order_by()
    if operation.entry_ids is not None:
        return bounded.filter(id__any_of=operation.entry_ids)
    filterset = DlqFilterSet.of_pairs(operation.filter, bounded, sees_all=operation.sees_all)
    if problems := filterset.problems:
        # An unreadable filter gives no rows; an operation must not end as if there were nothing to do.
        raise UnreadableFilter(" ".join(problems))
    return filterset.qs
