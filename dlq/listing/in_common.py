"""What do these have in common? A part of a page, loaded when somebody asks; each answer leads to the list that has it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from dlq.conf import conf
from dlq.db.admission import unless_busy
from dlq.db.limits import in_time
from dlq.filters import DlqFilterSet
from dlq.filters.addresses import without_cursors
from dlq.filters.parameters import extra_parameter
from dlq.selection.traits import Trait, traits_of
from dlq.web.permissions import sees_masked
from dlq.web.query_strings import query_string

OWN = {"task_identifier": "task", "queue_name": "queue"}


@dataclass(frozen=True)
class Answer:
    """A trait in words, and the list narrowed down to it."""

    trait: Trait
    words: str
    query: str


def in_common(request: HttpRequest) -> HttpResponse:
    filterset = DlqFilterSet(request.GET, hide_recovered=True, sees_all=sees_masked(request.user))
    read = unless_busy(lambda: [in_time(conf.STATEMENT_TIMEOUT, lambda: traits_of(filterset))])
    found = read[0] if read else None
    context = {
        "traits": found,
        "answers": [_answer(filterset, trait) for trait in found.found] if found else [],
        "is_busy": read is None,
    }
    return TemplateResponse(request, "dlq/listing/in_common.html", context)


def _answer(filterset: DlqFilterSet, trait: Trait) -> Answer:
    if trait.kind == "path":
        condition = f"{trait.name}={trait.value}"
        return Answer(trait, condition, _with(filterset, "payload", condition))
    if trait.kind == "word":
        return Answer(trait, f"“{trait.value}” in the error", _with(filterset, "q", trait.value))
    if trait.kind == "hour":
        start = datetime.fromisoformat(trait.value)
        end = start + timedelta(hours=1) - timedelta(microseconds=1)
        hour = {"failed_after": start.isoformat(), "failed_before": end.isoformat()}
        return Answer(
            trait,
            f"failed from {start:%Y-%m-%d %H:%M} to {start + timedelta(hours=1):%H:%M} UTC",
            _query(filterset, hour),
        )
    parameter = trait.name if trait.name in OWN else extra_parameter(trait.name)
    return Answer(
        trait, f"{OWN.get(trait.name, trait.name)} = {trait.value}", filterset.narrowed(parameter, trait.value)
    )


def _with(filterset: DlqFilterSet, name: str, text: str) -> str:
    """Beside what the filter has of it already."""
    return _query(filterset, {name: [*filterset.data.getlist(name), text]})


def _query(filterset: DlqFilterSet, changes: Mapping[str, str | list[str]]) -> str:
    return query_string(changes, without_cursors(filterset.data))
