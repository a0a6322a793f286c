"""Operations without pages: confirmed and driven to their end, as the client and the views do it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dlq.filters import DlqFilterSet
from dlq.models import BulkOperation, OperationEntry
from dlq.operations.confirmation import Confirmation, begin
from dlq.operations.kinds import in_words, wordings
from dlq.operations.reasons import Reason
from dlq.operations.runner import advance


def confirm(kind: str, entries: Sequence[int] | None = None, *, pairs: Sequence[tuple[str, str]] = ()) -> Confirmation:
    """Freeze a selection: these entries, or everything that matches the filter."""
    if entries is not None:
        return Confirmation.of(kind, 1, entry_ids=entries)
    return Confirmation.of(kind, 1, filterset=DlqFilterSet.of_pairs(pairs))


def run(confirmation: Confirmation, **details: Any) -> BulkOperation:
    """Begin it and work until it is done."""
    details.setdefault("actor", "tester")
    operation, _new = begin(confirmation, **details)
    return advance(operation.pk, float("inf"))


def operate(
    kind: str, entries: Sequence[int] | None = None, *, pairs: Sequence[tuple[str, str]] = (), **details: Any
) -> BulkOperation:
    return run(confirm(kind, entries, pairs=pairs), **details)


def requeue(*entries: int, **details: Any) -> BulkOperation:
    return operate("requeue", entries, **details)


def reasons(operation: BulkOperation) -> dict[int, str]:
    """Why each entry was skipped or failed."""
    problems = OperationEntry.objects.filter(operation=operation).exclude(result=OperationEntry.Result.DONE)
    return {problem.entry_id: in_words(Reason(problem.code, problem.about)) for problem in problems}


def wording(code: str) -> str:
    """The sentence of a reason, with `{about}` in it."""
    return wordings()[code].one
