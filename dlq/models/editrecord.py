"""What people changed, kept when they are gone: Django's own log is deleted together with the user."""

from __future__ import annotations

import logging

from django.db import models
from django.utils import timezone

from dlq.redaction.masked_columns import MaskedJSONField

logger = logging.getLogger("dlq")


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
