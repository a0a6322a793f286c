"""What people did within the window, as annotations beside the failures: bulk operations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import F
from django.utils.text import capfirst

from dlq.models import BulkOperation
from dlq.models.bulkoperation import kind_in_words
from dlq.statistics.window import Window

MOST = 40
"""Annotations that fit beside each other; the largest operations are taken."""
FEWEST_ENTRIES = 2
"""An operation on a single entry is no bulk operation."""


@dataclass(frozen=True)
class Annotation:
    operation: int
    kind: str
    at: datetime
    entries: int
    actor: str

    @property
    def words(self) -> str:
        return f"{capfirst(kind_in_words(self.kind))} #{self.operation} by {self.actor}: {self.entries:,} done"


def annotations_in(window: Window) -> list[Annotation]:
    found = (
        BulkOperation.objects.filter(created_at__gte=window.start, created_at__lte=window.end)
        .annotate(done=F("done_count") - F("along_count"), handled=F("done") + F("skipped_count") + F("failed_count"))
        .filter(handled__gte=FEWEST_ENTRIES)
        .order_by("-done", "-id")
        .values_list("pk", "kind", "created_at", "done", "actor")[:MOST]
    )
    return sorted((Annotation(*row) for row in found), key=lambda one: (one.at, one.operation))
