"""An operation from beginning to end in one transaction: for callers from Python, who want all of it or nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from dlq.models import BulkOperation
from dlq.operations.confirmation import Confirmation, begin
from dlq.operations.runner import advance
from dlq.table.location import TABLE
from dlq.table.visiting import visiting

NO_BUDGET = float("inf")
"""Seconds: a call returns when the work is done."""


@contextmanager
def operated(kind: str, entry_ids: Sequence[int], actor: str, **details: Any) -> Iterator[BulkOperation]:
    """The operation when it is done, in its transaction: nobody else sees it before the block ends, and what the block raises
    undoes it."""
    with visiting(TABLE):
        confirmation = Confirmation.of(kind, user_id=0, entry_ids=entry_ids).counted(len(entry_ids))
        operation, _new = begin(confirmation, actor=actor, **details)
        yield advance(operation.pk, NO_BUDGET)
