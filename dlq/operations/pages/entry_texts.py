"""What of an operation's page are texts of entries: only those see them who may see failed jobs.

They are: sentences with the database's words, which quote values (why one entry was left, why the operation paused); what
was left one by one; the filter, which has words that somebody searched for; the note, which stands on the entries now; and
the options, which may name a queue. Everybody who may see the operation sees the rest: what was done by whom, when and for
what reason, how it stands, and numbers, also of each reason.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest
from django.utils.http import urlencode

from dlq.filters import DlqFilterSet
from dlq.models import BulkOperation, OperationEntry
from dlq.operations.kinds import kind_of
from dlq.operations.pages.confirm_page import query_of
from dlq.operations.result import ReasonCount, problems_of
from dlq.redaction.texts import masked
from dlq.web.permissions import sees_masked
from dlq.web.way_back import list_address

PROBLEMS_A_PAGE = 50


def entry_texts(request: HttpRequest, operation: BulkOperation, groups: Collection[ReasonCount]) -> dict[str, Any]:
    """For the template, which shows nothing where these are not given. `groups`: the reasons that there are."""
    # The words of somebody who may see what is masked.
    is_told = sees_masked(request.user) or not operation.sees_all
    return {
        "state_reason": masked(operation.state_reason),
        "filterset": DlqFilterSet.of_pairs(operation.filter) if operation.entry_ids is None and is_told else None,
        "list_address": list_address(query_of(operation)) if is_told else list_address(""),
        "arrivals_query": _arrivals_query(operation) if is_told else "",
        "facts": kind_of(operation).facts(operation),
        "note": masked(operation.note),
        "problems": _problems(request, operation, groups),
        "code": request.GET.get("code"),
    }


def _arrivals_query(operation: BulkOperation) -> str:
    """The list of those that failed since: the frozen filter, from the moment on that it was frozen."""
    pairs = [(name, value) for name, value in operation.filter if name not in ("failed_after", "failed_before")]
    return urlencode([*pairs, ("failed_after", operation.frozen_at.isoformat())])


def _problems(request: HttpRequest, operation: BulkOperation, groups: Collection[ReasonCount]) -> Page[OperationEntry]:
    problems, code = problems_of(operation), request.GET.get("code")
    chosen = [group for group in groups if not code or group.code == code]
    if code:
        problems = problems.filter(code=code) if chosen else problems.none()
    paginator = Paginator(problems.order_by("entry_id"), PROBLEMS_A_PAGE)
    # The groups were counted; counting again would read all of them again.
    paginator.count = sum(group.count for group in chosen)
    return paginator.get_page(request.GET.get("page"))
