"""Sets of failed jobs, named as the states they are in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models.functions import Cast

from dlq import catalogue
from dlq.expressions import OwnerColumn, error_line
from dlq.table import configured_table

if TYPE_CHECKING:
    from dlq.models import BackfillDlq  # noqa: F401 (named in the base class)

LISTED_ERROR_LENGTH = 160
"""Characters of the error that a line of the list has room for."""


class EntryQuerySet(models.QuerySet["BackfillDlq"]):
    def for_list(self) -> EntryQuerySet:
        """With `error_line` and the owner's columns named in the settings (`col_<name>`, as text), without the wide columns."""
        listed: dict[str, Any] = {
            f"col_{column.name}": Cast(OwnerColumn(column.name), models.TextField())
            for column in catalogue.listed_columns(configured_table())
        }
        light: EntryQuerySet = self.defer("payload", "last_error", "failure_reason", "notes")
        return light.annotate(
            error_line=error_line(LISTED_ERROR_LENGTH),
            has_notes=models.Case(
                models.When(models.Q(notes__isnull=True) | models.Q(notes=""), then=False), default=True
            ),
            **listed,
        )
