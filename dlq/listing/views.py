"""Parts of the list that are loaded after it: how many match, what they consist of, and values to choose from."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.template.response import TemplateResponse

from dlq.conf import conf
from dlq.db.admission import unless_busy
from dlq.db.limits import in_time
from dlq.filters import DlqFilterSet
from dlq.selection.count import count_matching
from dlq.selection.facets import Facets, facets_of
from dlq.selection.suggestions import Suggestions, offers_values, suggestions_for
from dlq.table.indexes import table_state
from dlq.table.location import TABLE
from dlq.web.permissions import sees_masked

SUGGESTION_SECONDS = 1.0
"""Nobody waits longer for suggestions; then there are none."""


def count(request: HttpRequest) -> HttpResponse:
    filterset = DlqFilterSet(
        request.GET, also_known=("exactly",), hide_recovered=True, sees_all=sees_masked(request.user)
    )
    exactly = "exactly" in request.GET
    context = {
        "filterset": filterset,
        "count": unless_busy(lambda: count_matching(filterset, exactly=exactly)),
        "exactly": exactly,
        "seconds": conf.STATEMENT_TIMEOUT,
    }
    return TemplateResponse(request, "dlq/listing/count.html", context)


def suggestions(request: HttpRequest) -> HttpResponse:
    """Of a field of the filter form: loaded when somebody goes there, and again as they type."""
    parameter = request.GET.get("of", "")
    typed = request.GET.get(parameter, "")
    if not offers_values(parameter) or "\x00" in typed:
        return HttpResponseBadRequest("There are no values of that.", content_type="text/plain")
    found = in_time(SUGGESTION_SECONDS, lambda: suggestions_for(parameter, typed, table_state(TABLE)))
    return TemplateResponse(request, "dlq/listing/suggestions.html", {"found": found or Suggestions([], more=False)})


@dataclass(frozen=True)
class FacetValue:
    """A value with its number, and the list narrowed down to it."""

    label: str
    count: int
    query: str


def facets(request: HttpRequest) -> HttpResponse:
    filterset = DlqFilterSet(request.GET, hide_recovered=True, sees_all=sees_masked(request.user))
    # Its own limit: the sentence "takes too long" fits into the page, the page about slowness does not.
    read = unless_busy(lambda: [in_time(conf.STATEMENT_TIMEOUT, lambda: facets_of(filterset))])
    found = read[0] if read else None
    context = {
        "filterset": filterset,
        "facets": found,
        "groups": _groups(filterset, found) if found else [],
        "is_busy": read is None,
    }
    return TemplateResponse(request, "dlq/listing/facets.html", context)


def _groups(filterset: DlqFilterSet, found: Facets) -> list[tuple[str, list[FacetValue], int]]:
    return [
        (
            facet.heading,
            [
                FacetValue(
                    filterset.filters[facet.parameter].words(text, text),
                    number,
                    filterset.narrowed(facet.parameter, text),
                )
                for text, number in facet.values
            ],
            facet.others,
        )
        for facet in found.facets
    ]
