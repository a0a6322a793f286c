"""Every entry that an operation skipped or failed to act on, with the reason, as CSV."""

from __future__ import annotations

import csv
from collections.abc import Iterator

from django.http import StreamingHttpResponse

from dlq.models import BulkOperation, OperationEntry
from dlq.reasons import Reason
from dlq.services.export import FORMULA_STARTS


class _Echo:
    """A file that gives back what is written to it, for csv.writer."""

    def write(self, line: str) -> str:
        return line


def download(operation: BulkOperation) -> StreamingHttpResponse:
    response = StreamingHttpResponse(_lines(operation), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="operation-{operation.pk}-left.csv"'
    return response


def _lines(operation: BulkOperation) -> Iterator[str]:
    write = csv.writer(_Echo()).writerow
    yield str(write(["entry", "result", "code", "reason"]))
    problems = OperationEntry.objects.filter(operation=operation).exclude(result=OperationEntry.Result.DONE)
    for entry, result, code, about in (
        problems.order_by("entry_id").values_list("entry_id", "result", "code", "about").iterator()
    ):
        yield str(write([entry, result, code, _harmless(str(Reason(code, about)))]))


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(tuple(FORMULA_STARTS)) else text
