"""Every entry that an operation skipped or failed to act on, with the reason, as CSV."""

from __future__ import annotations

import csv
from collections.abc import Iterator

from dlq.db.database import atomic
from dlq.models import BulkOperation
from dlq.operations.kinds import in_words
from dlq.operations.reasons import Reason
from dlq.operations.result import problems_of
from dlq.web.reader import StreamedFile
from dlq.web.spreadsheets import harmless


class _Echo:
    """A file that gives back what is written to it, for csv.writer."""

    def write(self, line: str) -> str:
        return line


def download(operation: BulkOperation) -> StreamedFile:
    return StreamedFile(
        _lines(operation), name=f"operation-{operation.pk}-left.csv", content_type="text/csv; charset=utf-8"
    )


def _lines(operation: BulkOperation) -> Iterator[str]:
    write = csv.writer(_Echo()).writerow
    yield str(write(["entry", "result", "code", "reason"]))
    problems = problems_of(operation).order_by("entry_id").values_list("entry_id", "result", "code", "about")
    # Outside a transaction the cursor would outlive the pooler's, and be looked for on another server connection.
    with atomic():
        for entry, result, code, about in problems.iterator():
            yield str(write(map(harmless, (entry, result, code, in_words(Reason(code, about))))))
