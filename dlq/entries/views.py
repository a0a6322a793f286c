"""The page of one entry, with its notes to edit in place."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.cache import add_never_cache_headers
from django.utils.text import normalize_newlines

from dlq.conf import conf
from dlq.db.bigint import entry_number
from dlq.db.limits import time_limit
from dlq.entries import documents
from dlq.entries.chain import Chain
from dlq.entries.note_editing import NoteConflict, NoteRefused, lost_note, save_note
from dlq.entries.owner_links import owner_links
from dlq.entries.ticket import ticket_text
from dlq.entries.timeline import status_in_words, timeline
from dlq.models import BackfillDlq, EditRecord, PayloadEdit
from dlq.operations.kinds import KINDS
from dlq.operations.pages.undo import undo
from dlq.outcomes.job_states import states_of_entries
from dlq.outcomes.labels import HELP, UNCERTAIN_HELP
from dlq.patterns.advice import pattern_of
from dlq.redaction.steps import BEGINS
from dlq.table.searched_text import WITHIN
from dlq.web.decorators import framed
from dlq.web.permissions import SEE_MASKED, sees_masked
from dlq.web.query_strings import query_string
from dlq.web.refusal import Refused
from dlq.web.stock_templates import rendered
from dlq.web.way_back import SAVED, came_from, entry_address, list_address

NOTE, EDIT, RECALL, PUT_BACK = (KINDS[name] for name in ("note", "edit", "recall", "put_back"))
UNDOING = (RECALL, PUT_BACK)
"""Kinds with a button of their own, by whose name it is sent."""


class NotesForm(forms.Form):
    notes = forms.CharField(
        required=False,
        strip=False,
        max_length=100_000,
        widget=forms.Textarea({"rows": 5, "aria-label": "Notes", "aria-keyshortcuts": "n"}),
    )
    seen = forms.CharField(required=False, strip=False, widget=forms.HiddenInput)
    """What the note said when the page was shown."""


def show(model_admin: ModelAdmin[BackfillDlq], request: HttpRequest, object_id: str) -> HttpResponse:
    entry_id = entry_number(object_id)
    if entry_id is None:
        return _gone(request, object_id)
    form, conflict = None, None
    unmasked = request.method == "POST" and "show_masked" in request.POST
    if unmasked and not sees_masked(request.user):
        raise Refused(SEE_MASKED)
    for kind in UNDOING:
        if request.method == "POST" and kind.name in request.POST:
            return undo(request, kind.name, entry_ids=[entry_id])
    if request.method == "POST" and not unmasked:
        if not NOTE.may(request.user):
            raise Refused(NOTE.permission)
        form = NotesForm(request.POST)
        if form.is_valid():
            try:
                return _save(request, entry_id, form.cleaned_data)
            except NoteConflict as somebody_else:
                conflict = somebody_else.current
            except NoteRefused as refused:
                form.add_error("notes", f"The notes were not saved: {refused}")
            except BackfillDlq.DoesNotExist:
                return _gone(request, object_id)
    with time_limit(conf.STATEMENT_TIMEOUT) if request.method == "GET" else nullcontext():
        entry = documents.load(entry_id, unmasked=unmasked)
        if entry is None:
            return _gone(request, object_id)
        if unmasked:
            EditRecord.of_unmasked(
                EditRecord.Kind.SEEN, entry_id, actor=request.user.get_username(), what=f"failed job {entry_id}"
            )
        context = _context(request, entry, form, conflict, unmasked=unmasked)
        response = rendered(framed(model_admin, request, "dlq/entries/entry.html", context))
        if unmasked:
            add_never_cache_headers(response)
        return response


def _save(request: HttpRequest, entry_id: int, typed: dict[str, str]) -> HttpResponse:
    text = normalize_newlines(typed["notes"])
    if save_note(entry_id, seen=typed["seen"], text=text, actor=request.user.get_username()):
        messages.success(request, "The notes were saved.")
    return HttpResponseRedirect(entry_address(entry_id, came_from(request)) + SAVED)


def _gone(request: HttpRequest, object_id: str) -> HttpResponseRedirect:
    """To the history where one is kept, else to the list."""
    messages.warning(
        request,
        f"There is no failed job {object_id} any more: it was deleted, or finished after a requeue. "
        "What is known of it is in its history.",
    )
    if entry_number(object_id) is not None:
        return HttpResponseRedirect(entry_address(int(object_id), came_from(request), "history"))
    return HttpResponseRedirect(list_address(came_from(request)))


def _context(
    request: HttpRequest,
    entry: BackfillDlq,
    form: NotesForm | None,
    conflict: str | None,
    *,
    unmasked: bool,
) -> dict[str, Any]:
    if form is None or conflict is not None:
        typed = form.cleaned_data["notes"] if form else entry.notes or ""
        # After a conflict the note as it is now counts as seen: the page shows it beside the person's own text.
        form = NotesForm(initial={"notes": typed, "seen": entry.notes or ""})
    state = states_of_entries([entry.pk]).get(entry.pk)
    status = str(getattr(entry, "status"))  # noqa: B009 (an annotation)
    chain = Chain.of(entry.pk)
    back = came_from(request)
    return {
        "title": entry.task_identifier,
        "entry": entry,
        "list_address": list_address(back),
        "next": entry_address(entry.pk, back, "next"),
        "previous": entry_address(entry.pk, back, "previous"),
        "history": entry_address(entry.pk, back, "history"),
        "payload": documents.payload_document(entry, unmasked=unmasked),
        "unmasked": unmasked,
        "compare": entry_address(entry.pk, back, "compare"),
        "back": back,
        "links": owner_links(entry.pk),
        "own_address": (own_address := request.build_absolute_uri(entry_address(entry.pk, ""))),
        "ticket": ticket_text(entry, own_address, status_in_words(entry, state, chain)),
        "error": documents.error_document(entry),
        "is_searched_in_part": documents.is_searched_in_part(entry),
        "searched_within": WITHIN,
        "extra_values": documents.extra_values(entry),
        "timeline": timeline(entry, chain),
        "chain": chain,
        "earlier_lives": chain.before(entry.pk),
        "pattern": pattern_of(entry.pk),
        "similar": _similar(entry),
        "notes_form": form,
        "conflict": conflict,
        "lost_note": lost_note(entry) if conflict is None else None,
        "status": status_in_words(entry, state, chain),
        "status_help": HELP.get(state.state if state else status, ""),
        "uncertain": UNCERTAIN_HELP if getattr(entry, "is_uncertain") else "",  # noqa: B009
        "checkbox_name": ACTION_CHECKBOX_NAME,
        "may_requeue": KINDS["requeue"].may(request.user),
        "may_delete": KINDS["delete"].may(request.user),
        "may_recall": bool(state and state.state == "waiting" and RECALL.may(request.user)),
        "may_edit": EDIT.may_confirm(request.user) and (sees_masked(request.user) or not _shows_masks(entry)),
        "may_put_back": PUT_BACK.may(request.user)
        and PayloadEdit.objects.filter(entry_id=entry.pk, put_back_by=None).exists(),
        "may_annotate": NOTE.may(request.user),
        "may_see_masked": sees_masked(request.user),
    }


def _shows_masks(entry: Any) -> bool:
    """Whether something of the payload is masked, as far as the page shows it."""
    return BEGINS in entry.payload_text


def _similar(entry: Any) -> list[tuple[str, str]]:
    """Links to the list: label and query string."""
    phrase = entry.error_line.replace("\\", "\\\\").replace('"', '\\"')
    links: list[tuple[str, dict[str, str]]] = [
        ("Same task", {"task_identifier": entry.task_identifier}),
        ("Same error", {"task_identifier": entry.task_identifier, "q": f'"{phrase}"'}),
    ]
    if entry.job_key:
        links.append(("Same key", {"job_key": entry.job_key}))
    return [(label, query_string(parameters)) for label, parameters in links]
