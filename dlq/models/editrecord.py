"""What people changed, kept when they are gone: Django's own log is deleted together with the user."""

from __future__ import annotations

import logging

from django.db import models
from django.utils import timezone

from dlq.models.bulkoperation import BulkOperation
from dlq.models.deletedentry import PlainJson
from dlq.redaction.masked_columns import MaskedJSONField

logger = logging.getLogger("dlq")

DIGEST = "encode(sha256(convert_to(e.payload::text, 'UTF8')), 'hex')"
"""SQL: of the payload of the row `e`."""


class EditRecord(models.Model):
    """What a person changed about one thing at one time, written in the transaction of the change.

    Notes of an entry have records of their own (`EntryNote`).
    """

    class Kind(models.TextChoices):
        PATTERN = "pattern", "failure pattern"
        ENTRY = "entry", "failed job"
        """Only what was copied from Django's log of before these records."""
        SEEN = "seen", "masked values of a failed job"
        """Somebody was shown them."""
        EXPORT = "export", "export with masked values"

    NO_OBJECT = 0
    """Of an export, which is of many."""

    kind = models.CharField(max_length=20, choices=Kind.choices)
    object_id = models.BigIntegerField()
    actor = models.CharField(max_length=200)
    """A name, kept when the user is gone."""
    changes = MaskedJSONField()
    """A list of {label, before, after}, in words. What was copied has no label, and its whole message as `after`."""
    created_at = models.DateTimeField()
    """By the database's clock."""

    class Meta:
        default_permissions = ()
        indexes = (models.Index(fields=("kind", "object_id", "-id"), name="dlq_edits_of_object"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}, by {self.actor}"

    @classmethod
    def of_unmasked(cls, kind: str, object_id: int, *, actor: str, what: str) -> EditRecord:
        """That somebody is about to be shown what is masked."""
        logger.info("%s shown to %s: %s", cls.Kind(kind).label, actor, what)
        changes = [{"label": "", "before": "", "after": what}]
        return cls.objects.create(
            kind=kind, object_id=object_id, actor=actor, changes=changes, created_at=timezone.now()
        )

    @classmethod
    def unmasked_exports(cls) -> models.QuerySet[EditRecord]:
        """The latest first."""
        return cls.objects.filter(kind=cls.Kind.EXPORT, object_id=cls.NO_OBJECT).order_by("-id")

    @property
    def in_words(self) -> str:
        """A line for each change."""
        return "\n".join(
            f"{change['label']}: {change['before']} → {change['after']}" if change["label"] else change["after"]
            for change in self.changes
        )


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
