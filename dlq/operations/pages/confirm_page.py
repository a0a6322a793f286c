"""The confirmation page, and what follows when it is sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.html import format_html

from dlq.db.admission import unless_busy
from dlq.db.bigint import entry_number
from dlq.filters import DlqFilterSet
from dlq.models import BackfillDlq, BulkOperation
from dlq.operations.confirmation import MOST_TICKED, BadConfirmation, Confirmation, begin
from dlq.operations.forms import ConfirmForm
from dlq.operations.kinds import KINDS
from dlq.operations.overview import AT_LEAST, Overview, overview
from dlq.operations.pages.drive import drive, page_of
from dlq.operations.pages.undo import undo_tag
from dlq.operations.report import report
from dlq.operations.selected import matching
from dlq.patterns.advice import AdvisedPattern, advice_on, is_advised_against
from dlq.web.decorators import framed
from dlq.web.permissions import SEE_MASKED, VIEW_ENTRIES, sees_masked
from dlq.web.refusal import Refused
from dlq.web.way_back import FROM_ENTRY, came_from, entry_address, list_address

REQUEST_BUDGET = 10.0
"""Seconds that one request works on an operation; a longer one continues from the operation's page."""


def ask(
    model_admin: ModelAdmin[Any],
    request: HttpRequest,
    kind: str,
    *,
    filterset: DlqFilterSet | None = None,
    entry_ids: Sequence[int] | None = None,
    back: str = "",
) -> HttpResponse | None:
    """The confirmation page for what is selected now; None, with a message, where nothing is.

    `back` is the query string of the list that the person comes from, where it is another than that of the filter.

    Raises Refused, from wherever it is called.
    """
    if not KINDS[kind].may_confirm(request.user):
        raise Refused(KINDS[kind].permission, VIEW_ENTRIES)
    if entry_ids is not None and len(entry_ids) > MOST_TICKED:
        messages.error(
            request,
            f"At most {MOST_TICKED} rows can be ticked at once. Nothing was done: use a filter and select everything.",
        )
        return None
    user = request.user
    confirmation = Confirmation.of(
        kind, int(user.pk or 0), filterset=filterset, entry_ids=entry_ids, sees_all=sees_masked(user)
    )
    shown = overview(confirmation.as_operation())
    if shown.count == 0:
        messages.warning(request, "None of what you selected is here any more. Nothing was done.")
        return None
    confirmation = confirmation.counted(shown.count, shown.ids)
    back = back or query_of(confirmation.as_operation())
    form = KINDS[kind].form_for(confirmation.as_operation(), shown.count)
    return _page(model_admin, request, confirmation, shown, form, back)


def perform(model_admin: ModelAdmin[Any], request: HttpRequest) -> HttpResponse:
    """Act on a confirmation that was sent: once, however often it is sent."""
    back = came_from(request)
    try:
        confirmation = Confirmation.read(request.POST.get("token", ""), int(request.user.pk or 0))
    except BadConfirmation as problem:
        messages.error(request, str(problem))
        return HttpResponseRedirect(list_address(back))
    kind = KINDS[confirmation.kind]
    _refuse(request, confirmation)
    known = BulkOperation.objects.filter(confirmation=confirmation.key).first()
    if known is None and "count" in request.POST:
        shown = overview(confirmation.as_operation(), exactly=True)
        form = kind.form_for(confirmation.as_operation(), shown.count)
        form.initial = request.POST.dict()
        return _page(model_admin, request, confirmation.counted(shown.count, shown.ids), shown, form, back)
    if known is None:
        form = kind.form_for(confirmation.as_operation(), confirmation.count, request.POST)
        if kind.makes_jobs and is_advised_against(_advice(confirmation)):
            form.ask_for_override()
        if not form.is_valid():
            shown = replace(overview(confirmation.as_operation()), count=confirmation.count)
            return _page(model_admin, request, confirmation, shown, form, back)
        actor = request.user.get_username()
        known, _new = begin(confirmation, actor=actor, **form.details)
    else:
        messages.info(request, "This confirmation was sent before. It acted once; this is its result.")
    operation = drive(request, known, REQUEST_BUDGET)
    return _answer(request, operation, back)


def count(request: HttpRequest) -> HttpResponse:
    """The exact number and what follows from it, for a page that was shown before it was known. Only looks."""
    try:
        confirmation = Confirmation.read(request.GET.get("token", ""), int(request.user.pk or 0))
    except BadConfirmation as problem:
        return HttpResponse(format_html("<strong>{}</strong>", str(problem)))
    kind = KINDS[confirmation.kind]
    _refuse(request, confirmation)
    shown = unless_busy(lambda: overview(confirmation.as_operation(), exactly=True))
    if shown is not None:
        confirmation = confirmation.counted(shown.count, shown.ids)
    context = {
        "overview": shown,
        "at_least": AT_LEAST,
        "token": confirmation.token,
        "form": kind.form(confirmation.count),
        "asks_for_number": "confirm_count" in kind.form(None).fields,
        "number": number_on_button(confirmation.count),
    }
    return TemplateResponse(request, "dlq/operations/counted.html", context)


def _refuse(request: HttpRequest, confirmation: Confirmation) -> None:
    kind = KINDS[confirmation.kind]
    if not kind.may_confirm(request.user):
        raise Refused(kind.permission, VIEW_ENTRIES)
    if confirmation.sees_all and not sees_masked(request.user):
        raise Refused(SEE_MASKED)


def _page(
    model_admin: ModelAdmin[Any],
    request: HttpRequest,
    confirmation: Confirmation,
    shown: Overview,
    form: ConfirmForm,
    back: str,
) -> TemplateResponse:
    operation = confirmation.as_operation(**form.choices)
    kind = KINDS[confirmation.kind]
    advice = _advice(confirmation)
    entry = entry_number(request.POST.get(FROM_ENTRY, ""))
    if kind.makes_jobs and is_advised_against(advice) and not form.is_bound:
        form.ask_for_override()
    context = {
        "title": f"Confirm: {kind.verb} failed jobs",
        "opts": BackfillDlq._meta,
        "kind": kind,
        "operation": operation,
        "filterset": DlqFilterSet.of_pairs(operation.filter) if operation.entry_ids is None else None,
        "overview": shown,
        "counts_on": shown.count is None and shown.looked_at > 0,
        "advice": advice,
        "preview": kind.preview(operation, [entry.pk for entry in shown.samples]),
        "preflight": kind.preflight(operation, shown.seen),
        "token": confirmation.token,
        "form": form,
        "sentence": form.sentence_template if shown.count != 1 or form.sentence_has_errors else "",
        "number": "" if form.button else number_on_button(shown.count),
        "back": back,
        "list_address": list_address(back),
        "from_entry": entry,
        "no_address": list_address(back) if entry is None else entry_address(entry, back),
    }
    return framed(model_admin, request, "dlq/operations/confirm.html", context)


def _advice(confirmation: Confirmation) -> list[AdvisedPattern]:
    """What people advise about the selection; of one that was not counted, about the newest of it."""
    return advice_on(matching(confirmation.as_operation()), are_many=confirmation.count is None)


def number_on_button(count: int | None) -> str:
    """Of several how many; one needs no number."""
    return "all" if count is None else "" if count == 1 else f"{count:,}"


def _answer(request: HttpRequest, operation: BulkOperation, back: str) -> HttpResponseRedirect:
    """Say what was done, and go where the person came from; an operation that is not done yet has its own page."""
    its_page = page_of(operation)
    if not operation.is_over:
        return HttpResponseRedirect(its_page)
    level = messages.SUCCESS if operation.done_count else messages.WARNING
    text = format_html('{} <a href="{}">Operation {}</a>', report(operation), its_page, operation.pk)
    messages.add_message(request, level, text, extra_tags=undo_tag(request.user, operation))
    ids = operation.entry_ids or []
    if len(ids) == 1 and not KINDS[operation.kind].is_destructive:
        return HttpResponseRedirect(entry_address(ids[0], back))
    return HttpResponseRedirect(list_address(back))


def query_of(operation: BulkOperation) -> str:
    """The query string of the list as the operation's filter has it."""
    return DlqFilterSet.of_pairs(operation.filter).query if operation.filter else ""
