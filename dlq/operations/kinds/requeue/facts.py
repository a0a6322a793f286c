"""The options of a requeue, as its page tells them."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count

from dlq.db.limits import in_time
from dlq.models import BulkOperation, Requeue
from dlq.web.formatting import clock, duration, queue_label

SECONDS = 0.5
MOST_NAMED = 10
"""Tasks whose jobs were replaced, the most frequent."""


def facts_of(operation: BulkOperation) -> Iterator[tuple[str, str]]:
    """Label and text of each option that differs from what an entry says by itself."""
    if operation.against_advice:
        yield "Advice", "not to requeue; done all the same, for the reason below"
    yield "Keys taken by other jobs", BulkOperation.KeyPolicy(operation.key_policy).label
    if operation.also_other_tasks:
        yield "Also those of other tasks", in_time(SECONDS, lambda: _replaced(operation)) or "replaced too"
    if operation.also_on_their_way:
        yield "Already on their way", "requeued too"
    if operation.also_recovered:
        yield "Already run", "requeued too"
    if operation.run_at:
        yield "Not before", clock(operation.run_at)
    if operation.spread:
        yield "Spread over", duration(operation.spread.total_seconds())
    if operation.canary_size:
        needed = operation.canary_needed or operation.canary_size
        yield (
            "Tried first",
            f"{operation.canary_size:,}, of which {needed:,} must succeed within {operation.canary_minutes} min",
        )
    if operation.priority is not None:
        yield "Priority", f"changed to {operation.priority}"
    if operation.queue_name is not None:
        yield "Queue", f"changed to {queue_label(operation.queue_name)}"
    if operation.max_attempts:
        yield "Attempts allowed", f"changed to {operation.max_attempts}"


def _replaced(operation: BulkOperation) -> str:
    """Of which other tasks jobs were replaced."""
    of_others = Requeue.objects.filter(operation=operation).exclude(replaced_task="").values("replaced_task")
    counted = of_others.annotate(number=Count("pk")).order_by("-number", "replaced_task")[:MOST_NAMED]
    tasks = ", ".join(f"{row['replaced_task']} ({row['number']:,})" for row in counted)
    return f"replaced: {tasks}" if tasks else "replaced too"
