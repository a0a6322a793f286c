"""The link between an entry and the job that a requeue made of it, and what became of that job."""

from __future__ import annotations

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.utils import timezone

from dlq.models.bulkoperation import BulkOperation


class Requeue(models.Model):
    """One job put back into the queue. No foreign key to the entry: its row may vanish by others' hands at any time."""

    class Outcome(models.TextChoices):
        """What became of the job for good. An arrival still makes it failed again; an uncertain arrival may become recovered."""

        UNSETTLED = "", "not known yet"
        RECOVERED = "recovered", "finished, did not come back"
        FAILED_AGAIN = "failed_again", "failed again"
        LOST = "lost", "failed, and was lost"
        UNKNOWN = "unknown", "left the queue unseen"
        GONE = "gone", "recalled or replaced"

    operation = models.ForeignKey(
        BulkOperation, on_delete=models.PROTECT, related_name="requeues", db_index=False, db_constraint=False
    )
    entry_id = models.BigIntegerField()
    task_identifier = models.CharField(max_length=200, default="")
    """The entry's task: the numbers of a task outlive its entries."""
    queue_name = models.TextField(null=True)
    priority = models.IntegerField(null=True)
    """Of the entry, likewise; null in records of before they were kept."""
    job_id = models.BigIntegerField()
    revision = models.IntegerField()
    """Of the job as we made it; a later one means that somebody replaced the job."""
    replaced = models.BooleanField(default=False)
    """Whether the requeue overwrote a waiting job with the same key."""
    replaced_task = models.CharField(max_length=200, db_default="")
    """Of that job, where it was another task's."""
    failed_at = models.DateTimeField(null=True)
    """Of the entry when it was requeued: the entry itself tells of its newest failure only."""
    run_at = models.DateTimeField(default=timezone.now)
    """When the job was to become due."""
    actor = models.CharField(max_length=200)
    previous_requeued_at = models.DateTimeField(null=True)
    """The entry's last_requeued_at before this requeue."""
    created_at = models.DateTimeField()
    outcome = models.CharField(max_length=20, choices=Outcome.choices, blank=True, default=Outcome.UNSETTLED)
    settled_at = models.DateTimeField(null=True)
    returned_as = models.BigIntegerField(null=True)
    """The entry that the job came back as: the same one where it has a key, else a new one."""

    has_key = models.BooleanField(null=True)
    """Whether the job has a key; null in records of before it was kept."""
    attempts_left = models.IntegerField(null=True)
    """Of the job, when it was last seen in the queue."""
    seen_running = models.BooleanField(default=False, db_default=False)
    """Whether it ran then; attempts_left is without the one that ran."""
    exhausted_at = models.DateTimeField(null=True)
    """Since when the job has been seen with all its attempts used up; null again where it gets further ones."""
    is_uncertain = models.BooleanField(default=False, db_default=False)
    """Of one that came back: it may have been moved while its last attempt ran, and that may have succeeded."""

    class Meta:
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(
                fields=("operation", "entry_id"), name="dlq_one_requeue_per_entry", include=("outcome",)
            ),
        )
        indexes = (
            models.Index(fields=("entry_id", "-id"), name="dlq_requeues_of_entry"),
            models.Index(fields=("job_id",), name="dlq_requeue_of_job"),
            models.Index(fields=("id",), name="dlq_requeue_unsettled", condition=models.Q(outcome="")),
            models.Index(
                fields=("settled_at",),
                name="dlq_requeue_uncertain",
                condition=models.Q(outcome="failed_again", is_uncertain=True),
            ),
            # Rows come in this order, so that an index of a few pages serves the statistics.
            BrinIndex(fields=("created_at",), name="dlq_requeue_when", autosummarize=True),
        )

    def __str__(self) -> str:
        return f"entry {self.entry_id} as job {self.job_id}"
