"""What of an operation's recovered entries is still here to be moved to the trash."""

from __future__ import annotations

from collections import Counter

from dlq.db.limits import in_time
from dlq.filters import DlqFilterSet
from dlq.models import BulkOperation, Requeue
from dlq.operations.kind import FollowUp

Outcome = Requeue.Outcome

SECONDS = 1.0


def _filter(operation: BulkOperation) -> list[tuple[str, str]]:
    return [("requeued_by", str(operation.pk)), ("status", Outcome.RECOVERED.value)]


def _label(_operation: BulkOperation, jobs: Counter[str]) -> str:
    recovered = jobs[Outcome.RECOVERED]
    return f"Move the {recovered:,} recovered to the trash …" if recovered else ""


def _still_here(operation: BulkOperation) -> str:
    """Why the confirmation page will speak of fewer."""
    here = in_time(SECONDS, lambda: DlqFilterSet.of_pairs(_filter(operation)).qs.order_by().count())
    recovered = Requeue.objects.filter(operation=operation, outcome=Outcome.RECOVERED).count()
    if here is None or here >= recovered:
        return ""
    return (
        f"{here:,} of {recovered:,} {'is' if here == 1 else 'are'} still here: the backfill library removed the others when their"
        " job finished, or somebody deleted or requeued them since."
    )


TRASH_RECOVERED = FollowUp("trash_recovered", "delete", _label, _filter, beside=_still_here)
