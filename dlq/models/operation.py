"""What people did: an operation on one or many entries, and what it did with each."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models


class BulkOperation(models.Model):
    """A requeue, delete, note or restore, frozen when its confirmation page was shown.

    It acts on the entries that match `filter` (or are in `entry_ids`), with an id up to `max_id`, failed up to
    `frozen_at`. `cursor` is the highest id done: the work goes on from there, whoever drives it.
    """

    class Kind(models.TextChoices):
        REQUEUE = "requeue", "requeue"
        DELETE = "delete", "delete"
        NOTE = "note", "add note"
        RESTORE = "restore", "restore"

    class State(models.TextChoices):
        RUNNING = "running", "running"
        DONE = "done", "done"

    class KeyPolicy(models.TextChoices):
        """What a requeue does with an entry whose key a job in the queue already has."""

        SKIP = "skip", "skip the entry and report it"
        REPLACE = "replace", "replace the job that has the key"
        DROP = "drop", "requeue without the key"

    confirmation = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    """Of the confirmation page: a page posted twice names the same operation."""
    kind = models.CharField(max_length=20, choices=Kind.choices)
    state = models.CharField(max_length=20, choices=State.choices, default=State.RUNNING)
    filter = models.JSONField(default=list)
    """The list's filter as [name, value] pairs, times absolute; in force where `entry_ids` is null."""
    entry_ids = ArrayField(models.BigIntegerField(), null=True)
    max_id = models.BigIntegerField()
    frozen_at = models.DateTimeField()
    restores = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="restored_by")
    """The delete that a restore takes back."""
    actor = models.CharField(max_length=200)
    """Who: a name, kept when the user is gone; `os:<user>` for the command line."""
    reason = models.TextField(blank=True)
    note = models.TextField(blank=True)
    """Appended to the notes of each entry the operation acts on."""
    key_policy = models.CharField(max_length=20, choices=KeyPolicy.choices, default=KeyPolicy.SKIP)
    expected = models.BigIntegerField(null=True)
    """The number that the confirmation page showed; null where it was too many to count in time."""
    cursor = models.BigIntegerField(default=0)
    done_count = models.BigIntegerField("done", default=0)
    skipped_count = models.BigIntegerField("skipped", default=0)
    failed_count = models.BigIntegerField("failed", default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    could_not_go_on = False
    """Of this instance only: the last attempt to advance it was refused by the database."""

    class Meta:
        ordering = ("-id",)
        verbose_name = "operation"
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.get_kind_display()} #{self.pk}"

    @property
    def handled_count(self) -> int:
        return self.done_count + self.skipped_count + self.failed_count


class OperationEntry(models.Model):
    """What an operation did with one entry, where no other record says it.

    A requeued entry has a `Requeue`, a deleted one a `DeletedEntry` as long as it is in the trash; this tells of notes, of
    what came back from the trash, and of everything skipped or failed, with the reason.
    """

    class Result(models.TextChoices):
        DONE = "done", "done"
        SKIPPED = "skipped", "skipped"
        FAILED = "failed", "failed"

    operation = models.ForeignKey(BulkOperation, on_delete=models.CASCADE, related_name="entries")
    entry_id = models.BigIntegerField()
    result = models.CharField(max_length=10, choices=Result.choices)
    reason = models.TextField(blank=True)
    created_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = (models.UniqueConstraint(fields=("operation", "entry_id"), name="dlq_one_result_per_entry"),)
        indexes = (models.Index(fields=("entry_id",), name="dlq_result_of_entry"),)

    def __str__(self) -> str:
        return f"entry {self.entry_id}: {self.result}"
