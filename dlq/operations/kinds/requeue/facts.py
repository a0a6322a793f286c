"""The options of a requeue, as its page tells them."""

from __future__ import annotations

from collections.abc import Iterator

from dlq.models import BulkOperation
from dlq.web.formatting import clock, duration, queue_label


def facts_of(operation: BulkOperation) -> list[tuple[str, str]]:
    """Label and text of each option that differs from what an entry says by itself."""
    return list(_facts(operation))


def _facts(operation: BulkOperation) -> Iterator[tuple[str, str]]:
    yield "Keys taken by other jobs", BulkOperation.KeyPolicy(operation.key_policy).label
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
