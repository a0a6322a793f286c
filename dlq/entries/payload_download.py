"""A payload or an error whole, as PostgreSQL prints it, to keep or to search in."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse

from dlq.db.expressions import PrettyJson
from dlq.models import BackfillDlq

COLUMNS = ("payload", "last_error")


def download(request: HttpRequest, entry_id: int) -> HttpResponse:
    column = request.GET.get("column", "payload")
    if column not in COLUMNS:
        raise Http404("There is no such column.")
    texts = BackfillDlq.objects.filter(pk=entry_id).values_list(PrettyJson(column), flat=True)
    text = texts.first() if entry_id <= 2**63 - 1 else None
    if text is None:
        raise Http404("There is nothing.")
    # A file, not a page: nothing in it can act as a page of ours.
    return HttpResponse(
        text,
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="entry-{entry_id}-{column}.json"'},
    )
