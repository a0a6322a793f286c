"""The list of failure patterns: what the failures have in common, and what is known about it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from dlq.conf import conf
from dlq.db.limits import time_limit
from dlq.db.statements import database_now
from dlq.filters.address_form import AddressForm
from dlq.filters.fields import OneOf, Text
from dlq.models import FailurePattern
from dlq.pattern_pages.figures import figures_of, grouping_scope
from dlq.patterns.classifier import classify
from dlq.patterns.recovery import MOST_REQUEUES
from dlq.selection.suggestions import column_values
from dlq.web.decorators import framed
from dlq.web.query_strings import query_string
from dlq.web.stock_templates import rendered

State = FailurePattern.State

A_PAGE = 50
GROUP_BUDGET = 10.0
"""Seconds that one press of "Group now" works."""
STALE_SECONDS = 120
"""The caretaker groups every few seconds: later than this it does not run."""

ORDERS: dict[str, tuple[str, tuple[Any, ...]]] = {
    "number": ("Most failed jobs", ("-entry_count", "id")),
    "newest": ("Newest", ("-first_seen", "id")),
    "returned": ("Returned last", (F("returned_at").desc(nulls_last=True), "-entry_count", "id")),
}
OPEN, UNATTENDED = "open", "unattended"
STATES: dict[str, str] = {
    OPEN: "all that want attention",
    UNATTENDED: "those without advice or assignee",
    "any": "any",
    **dict(State.choices),
}


class PatternsAddress(AddressForm):
    """`owner` is what links of earlier versions call the assignee."""

    also_known = frozenset({"page"})
    order = OneOf({name: label for name, (label, _by) in ORDERS.items()}, required=False)
    state = OneOf(STATES, required=False)
    task = Text(required=False, max_length=200)
    assignee = Text(required=False, max_length=200)
    owner = Text(required=False, max_length=200)
    q = Text(required=False, max_length=200, label="Search")


@dataclass(frozen=True)
class Choice:
    """Which patterns are asked for, and in which order; none where the address has `problems`."""

    order: str = "number"
    state: str = OPEN
    task: str = ""
    assignee: str = ""
    q: str = ""
    page: int = 1
    problems: Sequence[str] = ()

    @classmethod
    def of(cls, request: HttpRequest) -> Choice:
        form, page = PatternsAddress(request.GET), request.GET.get("page", "")
        if problems := form.problems:
            return cls(problems=problems)
        given = {name: text.strip() for name, text in form.cleaned_data.items()}
        return cls(
            order=given["order"] or cls.order,
            state=given["state"] or cls.state,
            task=given["task"],
            assignee=given["assignee"] or given["owner"],
            q=given["q"],
            page=max(int(page), 1) if re.fullmatch("[0-9]{1,5}", page) else 1,
        )

    @property
    def patterns(self) -> QuerySet[FailurePattern]:
        """Those of the page, and one more."""
        start = (self.page - 1) * A_PAGE
        return self.all_patterns.order_by(*ORDERS[self.order][1])[start : start + A_PAGE + 1]

    @property
    def all_patterns(self) -> QuerySet[FailurePattern]:
        """Those of the choice."""
        found = FailurePattern.objects.filter(merged_into=None)
        if self.problems:
            return found.none()
        if self.state in (OPEN, UNATTENDED):
            muted = Q(state=State.MUTED, muted_until__gt=database_now())
            found = found.filter(entry_count__gt=0).exclude(muted).exclude(state=State.RESOLVED)
            if self.state == UNATTENDED:
                found = found.filter(Q(advice="") | Q(assignee=""))
        elif self.state != "any":
            found = found.filter(state=self.state)
        if self.order == "returned":
            found = found.filter(returned_at__isnull=False)
        for name, value in (("task_identifier", self.task), ("assignee", self.assignee)):
            if value:
                found = found.filter(**{name: value})
        if self.q:
            words = (
                Q(title__contains_text=self.q) | Q(notes__contains_text=self.q) | Q(advice_text__contains_text=self.q)
            )
            found = found.filter(words)
        return found


def show(model_admin: ModelAdmin[FailurePattern], request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return _group(request)
    with time_limit(conf.STATEMENT_TIMEOUT):
        return rendered(framed(model_admin, request, "dlq/pattern_pages/patterns.html", _context(request)))


def _context(request: HttpRequest) -> dict[str, Any]:
    choice = Choice.of(request)
    found = list(choice.patterns)
    now, scope = database_now(), grouping_scope()
    return {
        "title": "Failure patterns",
        "choice": choice,
        "orders": [
            (name, label, query_string({"order": name, "page": None}, request.GET))
            for name, (label, _by) in ORDERS.items()
        ],
        "states": STATES.items(),
        "tasks": column_values("task_identifier"),
        "rows": figures_of(found[:A_PAGE], scope.entries, now),
        "scope": scope,
        "most_requeues": MOST_REQUEUES,
        "is_narrowed": bool(
            choice.task or choice.assignee or choice.q or choice.state != OPEN or choice.order == "returned"
        ),
        "is_stale": scope.grouped_at is None or (now - scope.grouped_at).total_seconds() > STALE_SECONDS,
        "previous": query_string({"page": str(choice.page - 1)}, request.GET) if choice.page > 1 else None,
        "next": query_string({"page": str(choice.page + 1)}, request.GET) if len(found) > A_PAGE else None,
    }


def _group(request: HttpRequest) -> HttpResponse:
    done = classify(GROUP_BUDGET)
    if done.is_complete:
        messages.success(request, f"Everything is grouped. New since the last time: {done.entries:,}.")
    elif done.entries:
        messages.info(
            request, f"Grouped {done.entries:,} failed jobs. There are more: press again, or run dlq_caretaker."
        )
    else:
        messages.info(request, "Another process is grouping at this moment.")
    return HttpResponseRedirect(request.get_full_path())
