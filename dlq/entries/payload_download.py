"""A payload or an error whole, as PostgreSQL prints it, to keep or to search in."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse

from dlq.db.bigint import by_number
from dlq.db.expressions import PrettyJson
from dlq.models import BackfillDlq

COLUMNS = ("payload", "last_error")


def download(request: HttpRequest, object_id: str) -> HttpResponse:
    column = request.GET.get("column", "payload")
    if column not in COLUMNS:
        raise Http404("There is no such column.")
    entry = by_number(BackfillDlq.objects.only("pk").annotate(whole=PrettyJson(column)), object_id)
    text = entry.whole if entry else None
    if entry is None or text is None:
        raise Http404("There is nothing.")
    # A file, not a page: nothing in it can act as a page of ours.
    return HttpResponse(
        text,
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="entry-{entry.pk}-{column}.json"'},
    )
