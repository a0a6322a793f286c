"""The page before a merge, a split or the undoing of either: what would move, and the button that does it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect

from dlq.db.bigint import by_number, entry_number
from dlq.db.limits import Locked
from dlq.models import FailurePattern, PatternDecision
from dlq.patterns.merging import is_written_about
from dlq.patterns.regrouping import (
    ChangedMeanwhile,
    NotPossible,
    Regrouping,
    carry_out,
    numbers_of,
    plan_merge,
    plan_split,
    plan_undo,
)
from dlq.web.decorators import framed
from dlq.web.site_addresses import address_of

MOST_LISTED = 50
"""Templates of those that move."""


def show(model_admin: ModelAdmin[FailurePattern], request: HttpRequest, object_id: str) -> HttpResponse:
    pattern = by_number(FailurePattern.objects.select_related("merged_into"), object_id)
    if pattern is None:
        raise Http404("There is no such failure pattern.")
    plan = partial(_plan, request, pattern.whole)
    if request.method == "POST":
        try:
            done = carry_out(plan, mark=request.POST.get("mark", ""), actor=request.user.get_username())
        except ChangedMeanwhile:
            messages.error(request, "Something else would move by now. Nothing was done: look again.")
        except Locked:
            messages.error(request, "Failed jobs are being grouped at the moment. Nothing was done: try again.")
        except NotPossible:
            pass  # Said on the page.
        else:
            messages.success(request, "Done. It can be undone from this page.")
            return HttpResponseRedirect(address_of("dlq_failurepattern_change", done.pk))
    context = {
        "pattern": pattern.whole,
        **_shown(plan),
    }
    return framed(model_admin, request, "dlq/pattern_pages/regroup.html", context)


def _plan(request: HttpRequest, pattern: FailurePattern) -> Regrouping:
    asked = request.GET
    if "merge" in asked:
        number = asked["merge"].strip().lstrip("#")
        other = by_number(FailurePattern.objects.select_related("merged_into"), number)
        return plan_merge(pattern, other.whole if other else None)
    if text := asked.get("undo"):
        return plan_undo(pattern, by_number(PatternDecision.objects.select_related("whole", "part"), text))
    numbers = [entry_number(text) for text in asked.getlist("split")]
    return plan_split(pattern, [number for number in numbers if number is not None])


def _shown(plan: Callable[[], Regrouping]) -> dict[str, Any]:
    try:
        asked = plan()
    except NotPossible as refused:
        return {"title": "This can’t be done", "refused": refused}
    numbers = numbers_of([template.pk for template in asked.templates])
    moves = sorted(
        ((numbers.get(template.pk, 0), template.title) for template in asked.templates),
        key=lambda one: -one[0],
    )
    return {
        "title": _heading(asked),
        "asked": asked,
        "moves": moves[:MOST_LISTED],
        "templates": len(moves),
        "entries": sum(numbers.values()),
        "is_written": is_written_about(asked.source),
    }


def _heading(asked: Regrouping) -> str:
    if asked.undoes:
        return f"Undo the {asked.kind} by {asked.undoes.actor}?"
    return "Merge two patterns?" if asked.target else "Split this pattern?"
