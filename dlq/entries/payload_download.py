"""A payload or an error whole, as PostgreSQL prints it, to keep or to search in."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import Http404, HttpRequest
from psycopg import Cursor

from dlq.db.bigint import entry_number
from dlq.db.streams import streaming
from dlq.models import BackfillDlq
from dlq.redaction.masked_columns import masked_json
from dlq.table.location import TABLE
from dlq.web.reader import RequestReader, StreamedFile

COLUMNS = ("payload", "last_error")
PIECE = 64 * 1024
"""Bytes that are fetched at once: a document may have a hundred megabytes, and several people may ask for it."""


def download(request: HttpRequest, object_id: str) -> StreamedFile:
    column = request.GET.get("column", "payload")
    if column not in COLUMNS:
        raise Http404("There is no such column.")
    entry_id = entry_number(object_id)
    pieces = _pieces(entry_id, column, RequestReader(request)) if entry_id is not None else iter(())
    if next(pieces, None) is None:
        raise Http404("There is nothing.")
    # A file, not a page: nothing in it can act as a page of ours.
    return StreamedFile(pieces, name=f"entry-{entry_id}-{column}.json", content_type="application/json")


def _pieces(entry_id: int, column: str, reader: RequestReader) -> Iterator[bytes]:
    """Of the document's text; none where there is no such entry, or no document. The first one is empty: it says that there is.

    Nothing is fetched before the second one is asked for: until then the connection is free for whoever else needs it.
    """
    wanted = BackfillDlq.objects.filter(pk=entry_id, **{f"{column}__isnull": False})
    query = TABLE.statement("entries/document_pieces", document=masked_json(f"e.{column}")).encode()
    # Not Django's cursor, which fetches everything before it gives the first row.
    with streaming(reader) as raw, Cursor(raw) as cursor:
        if not wanted.exists():
            return
        parameters = {"entry": entry_id, "piece": PIECE}
        # What the table no longer allows is refused now, while there can still be a page that says so.
        cursor.execute(b"EXPLAIN " + query, parameters)
        yield b""
        for (piece,) in cursor.stream(query, parameters, binary=True):
            with reader.taking():
                yield piece
