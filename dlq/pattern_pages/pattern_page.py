"""The page of one failure pattern: what it is, what people know about it, and what can be done with all of it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect

from dlq.conf import conf
from dlq.db.bigint import by_number
from dlq.db.limits import Locked, time_limit
from dlq.db.statements import database_now
from dlq.filters import DlqFilterSet
from dlq.filters.addresses import STATUS
from dlq.filters.status import OPEN
from dlq.models import BackfillDlq, FailurePattern, PatternDecision
from dlq.operations.kind import Kind
from dlq.operations.kinds import KINDS
from dlq.operations.pages import confirm_page
from dlq.pattern_pages.figures import figures_of, grouping_scope
from dlq.pattern_pages.forms import PatternForm
from dlq.pattern_pages.varieties import Varieties, look_alikes_of, others_of_task, varieties_of
from dlq.patterns.edits import MOST_EDITS, Change, EditConflict, changes_of, edits_of, save_edit
from dlq.patterns.fingerprint.fingerprints import BESIDE_MESSAGE, MESSAGE, TASK
from dlq.patterns.fingerprint.tokens import MASKED
from dlq.patterns.recovery import MOST_REQUEUES, recovery_of_task
from dlq.patterns.regrouping import decisions_of
from dlq.patterns.samples import fingerprint_of_sample
from dlq.web.decorators import framed
from dlq.web.refusal import Refused
from dlq.web.site_addresses import address_of
from dlq.web.stock_templates import rendered
from dlq.web.way_back import SAVED

ACTS = {"requeue_all": KINDS["requeue"], "edit_all": KINDS["edit"], "delete_all": KINDS["delete"]}
"""The buttons that lead to a confirmation page for everything of the pattern."""
MERGE = PatternDecision.Kind.MERGE
MAY_EDIT = KINDS["note"]
"""Describing a pattern needs the right to write notes."""


def show(model_admin: ModelAdmin[FailurePattern], request: HttpRequest, object_id: str) -> HttpResponse:
    pattern = by_number(FailurePattern.objects.select_related("merged_into"), object_id)
    if pattern is None:
        raise Http404("There is no such failure pattern.")
    if pattern.merged_into:
        messages.info(request, f"Pattern {pattern.pk} is a part of this one by now.")
        return HttpResponseRedirect(_page_of(pattern.merged_into))
    form, theirs = None, None
    if request.method == "POST":
        for button, kind in ACTS.items():
            if button in request.POST:
                return _confirm(model_admin, request, pattern, kind)
        if not MAY_EDIT.may(request.user):
            raise Refused(MAY_EDIT.permission)
        form = PatternForm(pattern, request.POST)
        if form.is_valid():
            try:
                return _save(request, pattern, form.cleaned_data)
            except Locked:
                messages.error(
                    request, "Somebody else is changing this pattern at the moment. Nothing was saved: try again."
                )
            except EditConflict as conflict:
                pattern, theirs = conflict.pattern, changes_of(conflict.pattern, form.cleaned_data)
                form = PatternForm(pattern, {**request.POST.dict(), "seen": conflict.pattern.edit_number})
    with time_limit(conf.STATEMENT_TIMEOUT):
        context = _context(request, pattern, form or PatternForm(pattern), theirs)
        return rendered(framed(model_admin, request, "dlq/pattern_pages/pattern.html", context))


def _confirm(
    model_admin: ModelAdmin[FailurePattern], request: HttpRequest, pattern: FailurePattern, kind: Kind
) -> HttpResponse:
    # What the page counts: the list's default.
    filterset = DlqFilterSet.of_pairs([("pattern", str(pattern.pk)), (STATUS, OPEN)])
    asked = confirm_page.ask(
        model_admin.admin_site.get_model_admin(BackfillDlq), request, kind.name, filterset=filterset
    )
    return asked or HttpResponseRedirect(_page_of(pattern))


def _save(request: HttpRequest, pattern: FailurePattern, values: dict[str, Any]) -> HttpResponse:
    if save_edit(pattern.pk, seen=values["seen"], values=values, actor=request.user.get_username()):
        messages.success(request, "Saved.")
    return HttpResponseRedirect(_page_of(pattern) + SAVED)


def _page_of(pattern: FailurePattern) -> str:
    return address_of("dlq_failurepattern_change", pattern.pk)


def _why(pattern: FailurePattern, varieties: Varieties | None) -> list[tuple[str, str]]:
    """The parts that were compared; of the message what all have."""
    why = dict(fingerprint_of_sample(pattern).why)
    if varieties:
        why |= varieties.parts
        if not varieties.says_the_same:
            why[MESSAGE] = varieties.difference.masked
    return [(label, why[label]) for label in (TASK, *BESIDE_MESSAGE, MESSAGE) if label in why]


def _context(
    request: HttpRequest, pattern: FailurePattern, form: PatternForm, theirs: list[Change] | None
) -> dict[str, Any]:
    scope, varieties, decisions = grouping_scope(), varieties_of(pattern), decisions_of(pattern)
    apart = {one for decision in decisions for one in (decision.whole_id, decision.part_id)} - {pattern.pk}
    (figures,) = figures_of([pattern], scope.entries, database_now())
    return {
        "title": pattern.title,
        "pattern": pattern,
        "figures": figures,
        "of_task": recovery_of_task(pattern.task_identifier),
        "scope": scope,
        "why": _why(pattern, varieties),
        "masked": MASKED,
        "varieties": varieties,
        "alike": look_alikes_of(pattern, varieties, apart),
        "decisions": decisions,
        "merged_by": next((one.actor for one in decisions if one.kind == MERGE and one.whole_id == pattern.pk), ""),
        "others_of_task": others_of_task(pattern) if MAY_EDIT.may(request.user) else (),
        "most_requeues": MOST_REQUEUES,
        "sample": pattern.sample_text,
        "sample_is_here": BackfillDlq.objects.filter(pk=pattern.sample_entry_id).exists(),
        "form": form,
        "theirs": theirs,
        "edits": edits_of(pattern)[:MOST_EDITS],
        "may_requeue": ACTS["requeue_all"].may(request.user),
        "may_edit": ACTS["edit_all"].may(request.user),
        "may_delete": ACTS["delete_all"].may(request.user),
        "may_annotate": MAY_EDIT.may(request.user),
    }
