"""Every note that was written here, kept whatever happens to the entry's own notes column."""

from __future__ import annotations

from django.db import models

from dlq.models.bulkoperation import BulkOperation
from dlq.redaction.masked_columns import MaskedTextField


class EntryNote(models.Model):
    """An entry's notes as one of us left them. The library's own requeue overwrites the column, with NULL too."""

    entry_id = models.BigIntegerField()
    text = MaskedTextField(blank=True)
    """The whole notes afterwards."""
    replaced = MaskedTextField(blank=True)
    """What the notes said before, where the new text does not begin with it."""
    actor = models.CharField(max_length=200)
    operation = models.ForeignKey(
        BulkOperation, null=True, on_delete=models.CASCADE, related_name="notes", db_constraint=False
    )
    created_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        indexes = (models.Index(fields=("entry_id", "-id"), name="dlq_notes_of_entry"),)

    def __str__(self) -> str:
        return f"notes of entry {self.entry_id}"
