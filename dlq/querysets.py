"""Sets of failed jobs, named as the states they are in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models.functions import Cast

from dlq import catalogue
from dlq.expressions import EntryStatus, OwnerColumn, error_line, owner_alias
from dlq.table import configured_table

if TYPE_CHECKING:
    from dlq.models import BackfillDlq  # noqa: F401 (named in the base class)

LISTED_ERROR_LENGTH = 160
"""Characters of the error that a line of the list has room for."""


def advice_of_pattern() -> models.Subquery:
    """What people say about requeueing failures of the entry's pattern (FailurePattern.Advice)."""
    from dlq.models import EntryPattern

    return models.Subquery(EntryPattern.objects.filter(entry_id=models.OuterRef("pk")).values("pattern__advice")[:1])


class EntryQuerySet(models.QuerySet["BackfillDlq"]):
    def for_list(self) -> EntryQuerySet:
        """With `error_line`, `status` (as stored), `pattern_advice` the owner's listed columns as text; without wide ones."""
        listed: dict[str, Any] = {
            owner_alias(number): Cast(OwnerColumn(column.name), models.TextField())
            for number, column in enumerate(catalogue.listed_columns(configured_table()))
        }
        light: EntryQuerySet = self.defer("payload", "last_error", "failure_reason", "notes")
        return light.annotate(
            error_line=error_line(LISTED_ERROR_LENGTH),
            status=EntryStatus(),
            pattern_advice=advice_of_pattern(),
            has_notes=models.Case(
                models.When(models.Q(notes__isnull=True) | models.Q(notes=""), then=False), default=True
            ),
            **listed,
        )
