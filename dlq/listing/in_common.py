"""What do these have in common? A part of a page, loaded when somebody asks; each answer leads to the list that has it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from dlq.conf import conf
from dlq.db.admission import unless_busy
from dlq.db.bigint import entry_number
from dlq.db.far_moments import FarMoment
from dlq.db.limits import in_time
from dlq.filters import DlqFilterSet
from dlq.filters.addresses import without_cursors
from dlq.filters.conditions import NO_QUEUE
from dlq.filters.parameters import extra_parameter
from dlq.models import FailurePattern
from dlq.selection.traits import Trait, traits_of
from dlq.web.permissions import sees_masked
from dlq.web.query_strings import query_string

OWN = {"task_identifier": "task", "queue_name": "queue"}
TIMES = ("failed_after", "failed_before")
MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True)
class Answer:
    """A trait in words, and the list narrowed down to it."""

    trait: Trait
    words: str
    query: str


def in_common(request: HttpRequest) -> HttpResponse:
    """Of all that match; of a POST those that are ticked in the list, unless none is or everything is selected."""
    filterset = DlqFilterSet(request.GET, hide_recovered=True, sees_all=sees_masked(request.user))
    is_everything = request.POST.get("select_across") == "1"
    numbers = [] if is_everything else map(entry_number, request.POST.getlist(ACTION_CHECKBOX_NAME))
    ticked = [number for number in numbers if number is not None]
    read = unless_busy(lambda: [in_time(conf.STATEMENT_TIMEOUT, lambda: traits_of(filterset, ticked))])
    found = read[0] if read else None
    context = {
        "traits": found,
        "answers": _answers(filterset, found.found) if found else [],
        "is_busy": read is None,
        "are_ticked": bool(ticked),
        "query": filterset.query,
        "is_in_list": request.method == "POST",
    }
    return TemplateResponse(request, "dlq/listing/in_common.html", context)


def _answers(filterset: DlqFilterSet, traits: Sequence[Trait]) -> list[Answer]:
    """Without what the filter says itself, and without words that the title of a pattern says of as many."""
    patterns = FailurePattern.objects.filter(pk__in=[trait.value for trait in traits if trait.kind == "pattern"])
    titles = {str(pattern.pk): pattern.title for pattern in patterns}
    said = {
        (word, trait.here)
        for trait in traits
        if trait.kind == "pattern"
        for word in re.findall(r"\w+", titles.get(trait.value, "").lower())
    }
    found = []
    for trait in traits:
        if trait.kind == "word" and (trait.value, trait.here) in said:
            continue
        words, changes = _said(filterset, trait, titles)
        if any(given != filterset.data.getlist(name) for name, given in changes.items()):
            found.append(Answer(trait, words, query_string(changes, without_cursors(filterset.data))))
    return found


def _said(filterset: DlqFilterSet, trait: Trait, titles: Mapping[str, str]) -> tuple[str, dict[str, list[str]]]:
    """In words, and the parameters that ask for it as well as for what the filter asks already."""
    if trait.kind == "hour":
        return _hour(filterset, datetime.fromisoformat(trait.value))
    if trait.kind == "payload":
        return trait.value, {"payload": _and(filterset, "payload", trait.value)}
    if trait.kind == "word":
        return f"“{trait.value}” in the error", {"q": _and(filterset, "q", trait.value)}
    if trait.kind == "pattern":
        return f"pattern “{titles.get(trait.value, trait.value)}”", {"pattern": [trait.value]}
    parameter = trait.name if trait.name in OWN else extra_parameter(trait.name)
    words = (
        "in no queue"
        if (trait.name, trait.value) == ("queue_name", NO_QUEUE)
        else f"{OWN.get(trait.name, trait.name)} = {trait.value}"
    )
    return words, {parameter: [trait.value]}


def _and(filterset: DlqFilterSet, name: str, text: str) -> list[str]:
    return list(dict.fromkeys([*filterset.data.getlist(name), text]))


def _hour(filterset: DlqFilterSet, start: datetime) -> tuple[str, dict[str, list[str]]]:
    """As much of it as the filter leaves."""
    end = start + timedelta(hours=1)
    bounds = {
        name: moments
        for name, _condition, _texts, moments in filterset.given
        if name in TIMES and not any(isinstance(moment, FarMoment) for moment in moments)
    }
    first = max(start, min(bounds.get("failed_after", [start])))
    last = min(end - MICROSECOND, max(bounds.get("failed_before", [end])))
    words = f"failed from {start:%Y-%m-%d %H:%M} to {end:%H:%M} UTC"
    return words, {"failed_after": [first.isoformat()], "failed_before": [last.isoformat()]}
