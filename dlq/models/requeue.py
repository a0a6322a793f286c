"""The link between an entry and the job that a requeue made of it."""

from __future__ import annotations

from django.db import models

from dlq.models.operation import BulkOperation


class Requeue(models.Model):
    """One job put back into the queue. No foreign key to the entry: its row may vanish by others' hands at any time."""

    operation = models.ForeignKey(BulkOperation, on_delete=models.PROTECT, related_name="requeues")
    entry_id = models.BigIntegerField()
    job_id = models.BigIntegerField()
    revision = models.IntegerField()
    """Of the job as we made it; a later one means that somebody replaced the job."""
    replaced = models.BooleanField(default=False)
    """Whether the requeue overwrote a waiting job with the same key."""
    actor = models.CharField(max_length=200)
    previous_requeued_at = models.DateTimeField(null=True)
    """The entry's last_requeued_at before this requeue."""
    created_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = (models.UniqueConstraint(fields=("operation", "entry_id"), name="dlq_one_requeue_per_entry"),)
        indexes = (
            models.Index(fields=("entry_id", "-id"), name="dlq_requeues_of_entry"),
            models.Index(fields=("job_id",), name="dlq_requeue_of_job"),
        )

    def __str__(self) -> str:
        return f"entry {self.entry_id} as job {self.job_id}"
