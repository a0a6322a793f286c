"""What payloads were before somebody edited them, so that each can be put back exactly."""

from __future__ import annotations

from django.db import models

from dlq.models.bulkoperation import BulkOperation
from dlq.models.deletedentry import PlainJson

DIGEST = "encode(sha256(convert_to(e.payload::text, 'UTF8')), 'hex')"
"""SQL: of the payload of the row `e`."""


class PayloadEdit(models.Model):
    """One entry's payload that an operation changed. It stays as long as the entry, or another life of its chain, is here."""

    operation = models.ForeignKey(
        BulkOperation, on_delete=models.PROTECT, related_name="payload_edits", db_index=False, db_constraint=False
    )
    entry_id = models.BigIntegerField()
    original = PlainJson()
    """The payload as it was before."""
    digest = models.CharField(max_length=64)
    """SHA-256 of the text of what it became: tells whether somebody changed it since."""
    put_back_by = models.ForeignKey(
        BulkOperation, null=True, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    created_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = (models.UniqueConstraint(fields=("operation", "entry_id"), name="dlq_one_edit_per_entry"),)
        indexes = (
            models.Index(fields=("entry_id", "-id"), name="dlq_payload_edits_of_entry"),
            models.Index(
                fields=("put_back_by",), name="dlq_payloads_put_back", condition=models.Q(put_back_by__isnull=False)
            ),
        )

    def __str__(self) -> str:
        return f"payload of entry {self.entry_id}"
