"""The page of one operation: what it was about, what it did, and what can still be done with it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.contrib.admin import ModelAdmin
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import urlencode

from dlq.conf import conf
from dlq.db.bigint import by_number
from dlq.db.limits import time_limit
from dlq.filters.status import ONCE
from dlq.models import BulkOperation, Requeue
from dlq.operations.access import may_follow, sees_operation
from dlq.operations.kinds import KINDS, done_to, kind_of, summary
from dlq.operations.pages.entry_texts import entry_texts
from dlq.operations.report import report
from dlq.operations.result import MOST_ARRIVALS, arrived_since, last_due, outcome_counts, reason_counts
from dlq.outcomes.labels import HELP, WORDS
from dlq.outcomes.progress import settled_until
from dlq.outcomes.recovery_rate import Recovery
from dlq.table.queue import queue_is_visible
from dlq.web.decorators import framed
from dlq.web.permissions import VIEW_OPERATIONS, sees_entries
from dlq.web.refusal import Refused
from dlq.web.stock_templates import rendered

Outcome = Requeue.Outcome

ORDER: tuple[str, ...] = (
    Outcome.RECOVERED,
    Outcome.FAILED_AGAIN,
    Outcome.LOST,
    Outcome.UNKNOWN,
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
    help: str


def visible_operation(request: HttpRequest, object_id: str) -> BulkOperation:
    """The operation, if this person may see it."""
    operation = by_number(BulkOperation.objects.filter(kind__in=KINDS), object_id)
    if operation and sees_operation(request.user, operation):
        return operation
    # Who may not see them is not told either which there are.
    if operation or not request.user.has_perm(VIEW_OPERATIONS):
        raise Refused(VIEW_OPERATIONS)
    raise Http404("There is no such operation.")


def operation_page(
    model_admin: ModelAdmin[BulkOperation], request: HttpRequest, operation: BulkOperation
) -> HttpResponse:
    with time_limit(conf.STATEMENT_TIMEOUT):
        return rendered(framed(model_admin, request, "dlq/operations/operation.html", _context(request, operation)))


def _context(request: HttpRequest, operation: BulkOperation) -> dict[str, Any]:
    kind = kind_of(operation)
    outcomes = _outcomes(operation) if kind.makes_jobs else []
    jobs = Counter({line.state: line.count for line in outcomes})
    # Of very many the states are not looked up.
    waiting = jobs["waiting"] + jobs[Outcome.UNSETTLED]
    may_act = kind.may(request.user)
    has_jobs = kind.makes_jobs and operation.done_count > 0
    offered = _offered(request, operation, jobs)
    groups = reason_counts(operation)
    sees = sees_entries(request.user)
    return {
        "title": f"Operation {operation.pk}: {operation.kind_in_words}",
        "operation": operation,
        "sees_entries": sees,
        **(entry_texts(request, operation, groups) if sees else {}),
        "report": report(operation, with_reasons=sees),
        "arrivals": arrived_since(operation),
        "most_arrivals": MOST_ARRIVALS,
        "progress": _progress(operation),
        "taken_back": jobs[Outcome.GONE],
        "left_of_it": operation.done_count - jobs[Outcome.GONE],
        "waiting": waiting,
        "last_due": last_due(operation) if waiting else None,
        "outcomes": outcomes,
        "ends": Recovery.of(jobs),
        "is_unsettled": any(state in STATUS_OF_STATE for state in jobs),
        "settled_until": settled_until() if has_jobs else None,
        "sees_queue": queue_is_visible() if has_jobs else True,
        "reasons": [(group, summary(group.code)) for group in groups],
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
    sees = sees_entries(request.user)
    return [
        OfferedFollowUp(one.name, label, one.beside(operation) if sees else "", one.of_problems)
        for one in kind_of(operation).follow_ups
        if may_follow(request.user, one) and (label := one.label(operation, jobs))
    ]


def _outcomes(operation: BulkOperation) -> list[OutcomeLine]:
    counts = outcome_counts(operation)
    lines, offset = [], 0.0
    for state in ORDER:
        if not counts[state]:
            continue
        percent = 100 * counts[state] / counts.total()
        query = _query(operation, state)
        lines.append(OutcomeLine(state, WORDS[state], counts[state], offset, percent, query, HELP.get(state, "")))
        offset += percent
    return lines


def _query(operation: BulkOperation, state: str) -> str:
    """The list of the entries whose jobs are in this state; of those that failed again what they are now."""
    if state == Outcome.FAILED_AGAIN:
        return urlencode({"returned_from": str(operation.pk), "status": ONCE})
    return urlencode({"requeued_by": str(operation.pk), "status": STATUS_OF_STATE.get(state, state)})


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
