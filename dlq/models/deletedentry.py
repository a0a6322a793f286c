"""The trash: rows that were deleted, kept so that they can be put back exactly as they were."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from dlq.models.bulkoperation import BulkOperation


class PlainJson(models.TextField):  # type: ignore[type-arg]
    """PostgreSQL's `json`: unlike `jsonb` it keeps its text to the letter. Written and read in SQL only."""

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        return "json"


class DeletedEntry(models.Model):
    """One deleted row, as `row_to_json` printed it.

    `null_columns` names the columns that were SQL NULL, which the JSON alone can't tell from a JSON null.
    """

    operation = models.ForeignKey(
        BulkOperation, on_delete=models.PROTECT, related_name="deleted_entries", db_index=False, db_constraint=False
    )
    entry_id = models.BigIntegerField()
    row = PlainJson()
    null_columns = ArrayField(models.TextField())
    deleted_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        # This one finds an entry, and in its order those of an operation.
        constraints = (models.UniqueConstraint(fields=("entry_id", "operation"), name="dlq_one_deletion_per_entry"),)
        # Rows come in order of operation and time, so this finds those of an operation and the expired ones, and costs a
        # delete nearly nothing.
        indexes = (BrinIndex(fields=("operation", "deleted_at"), name="dlq_deletion_time", autosummarize=True),)
        verbose_name = "trashed job"

    def __str__(self) -> str:
        return f"deleted entry {self.entry_id}"
