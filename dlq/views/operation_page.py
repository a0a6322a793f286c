"""What stands on the page of one operation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.admin import ModelAdmin
from django.core.paginator import Paginator
from django.http import HttpRequest
from django.utils.http import urlencode

from dlq.filters import DlqFilterSet
from dlq.models import BulkOperation, OperationEntry, Requeue
from dlq.outcome_words import RECOVERED_HELP, WORDS
from dlq.permissions import may
from dlq.reasons import summary
from dlq.services.outcomes import queue_is_visible, settled_until
from dlq.services.results import MOST_ARRIVALS, arrived_since, in_trash, outcome_counts, reason_counts
from dlq.views.confirm import back_to_list
from dlq.views.report import report

Kind = BulkOperation.Kind
State = BulkOperation.State
Outcome = Requeue.Outcome

PROBLEMS_A_PAGE = 50
ORDER: tuple[str, ...] = (
    Outcome.RECOVERED,
    Outcome.FAILED_AGAIN,
    "retrying",
    "running",
    "waiting",
    Outcome.GONE,
    Outcome.UNSETTLED,
)
STATUS_OF_STATE: dict[str, str] = {
    "retrying": "requeued",
    "running": "requeued",
    "waiting": "requeued",
    Outcome.UNSETTLED: "requeued",
}


@dataclass(frozen=True)
class OutcomeLine:
    """One state of the requeued jobs: how many, what share, and the list of their entries."""

    state: str
    words: str
    count: int
    offset: float
    """Where it begins in the bar, in percent like its width."""
    percent: float
    query: str


def context(model_admin: ModelAdmin[BulkOperation], request: HttpRequest, operation: BulkOperation) -> dict[str, Any]:
    outcomes = _outcomes(operation) if operation.kind == Kind.REQUEUE else []
    counts = {line.state: line.count for line in outcomes}
    may_act = may(request, operation.kind)
    is_requeue = operation.kind == Kind.REQUEUE and operation.done_count > 0
    arrivals = arrived_since(operation)
    return {
        **model_admin.admin_site.each_context(request),
        "title": f"Operation {operation.pk}: {operation.get_kind_display()}",
        "opts": model_admin.opts,
        "operation": operation,
        "report": report(operation),
        "filterset": DlqFilterSet.of_pairs(operation.filter) if operation.entry_ids is None else None,
        "back": back_to_list(operation),
        "arrivals": arrivals,
        "most_arrivals": MOST_ARRIVALS,
        "arrivals_query": _arrivals_query(operation) if arrivals else "",
        "progress": _progress(operation),
        "outcomes": outcomes,
        "is_unsettled": any(state in STATUS_OF_STATE for state in counts),
        "recovered_help": RECOVERED_HELP,
        "settled_until": settled_until() if is_requeue else None,
        "sees_queue": queue_is_visible() if is_requeue else True,
        "reasons": [(group, summary(group.code)) for group in reason_counts(operation)],
        "problems": _problems(request, operation),
        "code": request.GET.get("code"),
        "may_act": may_act,
        "may_drive": may_act and operation.is_under_way,
        "may_restore": operation.is_over and may(request, Kind.RESTORE) and in_trash(operation),
        "may_recall": is_requeue and may(request, Kind.RECALL) and _recallable(counts),
        "may_requeue_again": operation.kind == Kind.REQUEUE
        and operation.is_over
        and may_act
        and operation.skipped_count + operation.failed_count,
        "may_trash_recovered": may(request, Kind.DELETE) and counts.get(Outcome.RECOVERED, 0),
        "undone_by": operation.undone_by.all(),
    }


def _recallable(counts: dict[str, int]) -> int:
    """Jobs that have not started, or (of very many) may not have."""
    return counts.get("waiting", 0) + counts.get(Outcome.UNSETTLED, 0)


def _outcomes(operation: BulkOperation) -> list[OutcomeLine]:
    counts = outcome_counts(operation)
    lines, offset = [], 0.0
    for state in ORDER:
        if not counts[state]:
            continue
        percent = 100 * counts[state] / counts.total()
        query = urlencode({"requeued_by": str(operation.pk), "status": STATUS_OF_STATE.get(state, state)})
        lines.append(OutcomeLine(state, WORDS[state], counts[state], offset, percent, query))
        offset += percent
    return lines


@dataclass(frozen=True)
class Progress:
    """How far it is. `rate` is in entries a second while at work; `seconds_left` as long as somebody drives it."""

    handled: int
    expected: int | None
    rate: int
    seconds_left: float | None

    @property
    def percent(self) -> int | None:
        return min(100, 100 * self.handled // self.expected) if self.expected else None


def _progress(operation: BulkOperation) -> Progress:
    handled = operation.handled_count
    rate = round(handled / operation.work_seconds) if operation.work_seconds else 0
    left = max((operation.expected or 0) - handled, 0)
    return Progress(handled, operation.expected, rate, left / rate if rate and operation.expected else None)


def _arrivals_query(operation: BulkOperation) -> str:
    """The list of those that failed since: the frozen filter, from the moment on that it was frozen."""
    pairs = [(name, value) for name, value in operation.filter if name not in ("failed_after", "failed_before")]
    return urlencode([*pairs, ("failed_after", operation.frozen_at.isoformat())])


def _problems(request: HttpRequest, operation: BulkOperation) -> Any:
    problems = OperationEntry.objects.filter(operation=operation).exclude(result=OperationEntry.Result.DONE)
    if code := request.GET.get("code"):
        problems = problems.filter(code=code)
    return Paginator(problems.order_by("entry_id"), PROBLEMS_A_PAGE).get_page(request.GET.get("page"))
