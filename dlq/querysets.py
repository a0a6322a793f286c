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


class EntryQuerySet(models.QuerySet["BackfillDlq"]):
    def for_list(self) -> EntryQuerySet:
        """With `error_line`, `status` (as stored) and the listed owner's columns (as text), without the wide columns."""
        listed: dict[str, Any] = {
            owner_alias(number): Cast(OwnerColumn(column.name), models.TextField())
            for number, column in enumerate(catalogue.listed_columns(configured_table()))
        }
        light: EntryQuerySet = self.defer("payload", "last_error", "failure_reason", "notes")
        return light.annotate(
            error_line=error_line(LISTED_ERROR_LENGTH),
            status=EntryStatus(),
            has_notes=models.Case(
                models.When(models.Q(notes__isnull=True) | models.Q(notes=""), then=False), default=True
            ),
            **listed,
        )
