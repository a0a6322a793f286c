"""The list of failure patterns: what the failures have in common, and what is known about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse

from dlq.conf import conf
from dlq.db import database_now, time_limit
from dlq.models import FailurePattern
from dlq.services.pattern_numbers import MOST_REQUEUES, numbered, scope
from dlq.services.sorting import sort_in
from dlq.services.values import names

State = FailurePattern.State

A_PAGE = 50
SORT_BUDGET = 10.0
"""Seconds that one press of "Sort in now" works."""
STALE_SECONDS = 120
"""The caretaker sorts every few seconds: later than this it does not run."""

ORDERS: dict[str, tuple[str, tuple[Any, ...]]] = {
    "number": ("Most failed jobs", ("-entry_count", "id")),
    "newest": ("Newest", ("-first_seen", "id")),
    "returned": ("Returned last", (F("returned_at").desc(nulls_last=True), "-entry_count", "id")),
}
OPEN = "open"
STATES: dict[str, str] = {OPEN: "all that want attention", "any": "any", **dict(State.choices)}


@dataclass(frozen=True)
class Choice:
    """Which patterns are asked for, and in which order."""

    order: str = "number"
    state: str = OPEN
    task: str = ""
    owner: str = ""
    q: str = ""
    page: int = 1

    @classmethod
    def of(cls, request: HttpRequest) -> Choice:
        """What can't be read counts as not given: a wrong word must not hide anything."""
        given = {name: request.GET.get(name, "").strip()[:200].replace("\x00", "") for name in ("task", "owner", "q")}
        order, state, page = (request.GET.get(name, "") for name in ("order", "state", "page"))
        return cls(
            order=order if order in ORDERS else cls.order,
            state=state if state in STATES else cls.state,
            page=int(page) if page.isascii() and page.isdigit() and 0 < int(page[:6]) <= 10_000 else 1,
            **given,
        )

    @property
    def patterns(self) -> QuerySet[FailurePattern]:
        """Those of the choice, one more than a page has."""
        found = FailurePattern.objects.filter(merged_into=None)
        if self.state == OPEN:
            muted = Q(state=State.MUTED, muted_until__gt=database_now())
            found = found.filter(entry_count__gt=0).exclude(muted).exclude(state=State.RESOLVED)
        elif self.state != "any":
            found = found.filter(state=self.state)
        if self.order == "returned":
            found = found.filter(returned_at__isnull=False)
        for name, value in (("task_identifier", self.task), ("owner", self.owner)):
            if value:
                found = found.filter(**{name: value})
        if self.q:
            words = (
                Q(title__contains_text=self.q) | Q(notes__contains_text=self.q) | Q(advice_text__contains_text=self.q)
            )
            found = found.filter(words)
        start = (self.page - 1) * A_PAGE
        return found.order_by(*ORDERS[self.order][1])[start : start + A_PAGE + 1]


def show(model_admin: ModelAdmin[FailurePattern], request: HttpRequest) -> HttpResponse:
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    if request.method == "POST":
        return _sort(request)
    with time_limit(conf.STATEMENT_TIMEOUT):
        return TemplateResponse(request, "dlq/patterns.html", _context(model_admin, request)).render()


def _context(model_admin: ModelAdmin[FailurePattern], request: HttpRequest) -> dict[str, Any]:
    choice = Choice.of(request)
    found = list(choice.patterns)
    now, counts = database_now(), scope()
    return {
        **model_admin.admin_site.each_context(request),
        "title": "Failure patterns",
        "opts": model_admin.opts,
        "choice": choice,
        "orders": [(name, label, _query(request, order=name)) for name, (label, _by) in ORDERS.items()],
        "states": STATES.items(),
        "tasks": names("task_identifier"),
        "rows": numbered(found[:A_PAGE], counts.entries, now),
        "scope": counts,
        "most_requeues": MOST_REQUEUES,
        "is_narrowed": bool(
            choice.task or choice.owner or choice.q or choice.state != OPEN or choice.order == "returned"
        ),
        "is_stale": counts.sorted_at is None or (now - counts.sorted_at).total_seconds() > STALE_SECONDS,
        "previous": _query(request, page=str(choice.page - 1)) if choice.page > 1 else None,
        "next": _query(request, page=str(choice.page + 1)) if len(found) > A_PAGE else None,
    }


def _query(request: HttpRequest, **changed: str) -> str:
    query = request.GET.copy()
    query.pop("page", None)
    for name, value in changed.items():
        query[name] = value
    return f"?{query.urlencode()}"


def _sort(request: HttpRequest) -> HttpResponse:
    done = sort_in(SORT_BUDGET)
    if done.is_complete:
        messages.success(request, f"Everything is sorted in. New since the last time: {done.entries:,}.")
    elif done.entries:
        messages.info(
            request, f"Sorted in {done.entries:,} failed jobs. There are more: press again, or run dlq_caretaker."
        )
    else:
        messages.info(request, "Somebody else is sorting at this moment.")
    return HttpResponseRedirect(request.get_full_path())
