"""The page of one operation: what it was about, what it did, and what can still be done with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.http import urlencode

from dlq.conf import conf
from dlq.db.bigint import by_number
from dlq.db.limits import time_limit
from dlq.filters import DlqFilterSet
from dlq.models import BulkOperation, Requeue
from dlq.operations.kinds import KINDS, done_to, kind_of, summary
from dlq.operations.pages.confirm_page import back_to_list
from dlq.operations.report import report
from dlq.operations.result import MOST_ARRIVALS, ReasonCount, arrived_since, outcome_counts, problems_of, reason_counts
from dlq.outcomes.labels import RECOVERED_HELP, WORDS
from dlq.outcomes.progress import settled_until
from dlq.table.queue import queue_is_visible

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


def visible_operation(model_admin: ModelAdmin[BulkOperation], request: HttpRequest, object_id: str) -> BulkOperation:
    """The operation, if this person may see it: any with the right to view them, or one of their own."""
    operation = by_number(BulkOperation.objects.filter(kind__in=KINDS), object_id)
    is_own = operation and operation.actor == request.user.get_username() and kind_of(operation).may(request.user)
    if not (model_admin.has_view_permission(request) or is_own):
        raise PermissionDenied
    if operation is None:
        raise Http404("There is no such operation.")
    return operation


def operation_page(
    model_admin: ModelAdmin[BulkOperation], request: HttpRequest, operation: BulkOperation
) -> HttpResponse:
    with time_limit(conf.STATEMENT_TIMEOUT):
        context = _context(model_admin, request, operation)
        return TemplateResponse(request, "dlq/operations/operation.html", context).render()


def _context(model_admin: ModelAdmin[BulkOperation], request: HttpRequest, operation: BulkOperation) -> dict[str, Any]:
    kind = kind_of(operation)
    outcomes = _outcomes(operation) if kind.makes_jobs else []
    jobs = Counter({line.state: line.count for line in outcomes})
    may_act = kind.may(request.user)
    has_jobs = kind.makes_jobs and operation.done_count > 0
    arrivals = arrived_since(operation)
    offered = _offered(request, operation, jobs)
    groups = reason_counts(operation)
    return {
        **model_admin.admin_site.each_context(request),
        "title": f"Operation {operation.pk}: {operation.kind}",
        "opts": model_admin.opts,
        "operation": operation,
        "report": report(operation),
        "filterset": DlqFilterSet.of_pairs(operation.filter) if operation.entry_ids is None else None,
        "back": back_to_list(operation),
        "facts": kind.facts(operation),
        "arrivals": arrivals,
        "most_arrivals": MOST_ARRIVALS,
        "arrivals_query": _arrivals_query(operation) if arrivals else "",
        "progress": _progress(operation),
        "outcomes": outcomes,
        "is_unsettled": any(state in STATUS_OF_STATE for state in jobs),
        "recovered_help": RECOVERED_HELP,
        "settled_until": settled_until() if has_jobs else None,
        "sees_queue": queue_is_visible() if has_jobs else True,
        "reasons": [(group, summary(group.code)) for group in groups],
        "problems": _problems(request, operation, groups),
        "code": request.GET.get("code"),
        "may_act": may_act,
        "may_drive": may_act and operation.is_under_way,
        "follow_ups": [one for one in offered if not one.of_problems],
        "follow_ups_of_problems": [one for one in offered if one.of_problems],
        "undone_by": [(done_to(other.kind), other) for other in operation.undone_by.all()],
    }


@dataclass(frozen=True)
class OfferedFollowUp:
    """A button as this page shows it."""

    name: str
    label: str
    beside: str
    of_problems: bool


def _offered(request: HttpRequest, operation: BulkOperation, jobs: Counter[str]) -> list[OfferedFollowUp]:
    """What there is to follow, and this person may begin."""
    return [
        OfferedFollowUp(one.name, label, one.beside(operation), one.of_problems)
        for one in kind_of(operation).follow_ups
        if KINDS[one.begins].may(request.user) and (label := one.label(operation, jobs))
    ]


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
class OperationProgress:
    """How far it is. `rate` is in entries a second while at work; `seconds_left` as long as somebody drives it."""

    handled: int
    expected: int | None
    rate: int
    seconds_left: float | None

    @property
    def percent(self) -> int | None:
        return min(100, 100 * self.handled // self.expected) if self.expected else None


def _progress(operation: BulkOperation) -> OperationProgress:
    handled = operation.handled_count
    rate = round(handled / operation.work_seconds) if operation.work_seconds else 0
    left = max((operation.expected or 0) - handled, 0)
    return OperationProgress(handled, operation.expected, rate, left / rate if rate and operation.expected else None)


def _arrivals_query(operation: BulkOperation) -> str:
    """The list of those that failed since: the frozen filter, from the moment on that it was frozen."""
    pairs = [(name, value) for name, value in operation.filter if name not in ("failed_after", "failed_before")]
    return urlencode([*pairs, ("failed_after", operation.frozen_at.isoformat())])


def _problems(request: HttpRequest, operation: BulkOperation, groups: Collection[ReasonCount]) -> Any:
    problems, code = problems_of(operation), request.GET.get("code")
    if code:
        known = code in {group.code for group in groups}
        problems = problems.filter(code=code) if known else problems.none()
    return Paginator(problems.order_by("entry_id"), PROBLEMS_A_PAGE).get_page(request.GET.get("page"))
